/** SHOW statements: most are queries over information_schema, the rest are printed definitions. */
export { runShowStatement } from './run-show.ts';
