/** MySQL's tables of the schema `mysql` that Ebb has no use for itself, and HELP, which reads some of them. */
export { runHelp } from './help.ts';
export { type SystemSql, SystemTables } from './system-tables.ts';
