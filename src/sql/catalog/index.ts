/** The catalog's definitions and what reads them. */
export type * from './definitions.ts';
