/** SQL values and types: representation, parsing, comparison, conversion, text. */
export * from './value.ts';
export * from './field-type.ts';
export * from './type-constructors.ts';
export * from './conversion-context.ts';
export * from './decimal.ts';
export * from './double-format.ts';
export * from './calendar.ts';
export * from './temporal.ts';
export * from './temporal-parse.ts';
export * from './enum-set.ts';
export * from './json-value.ts';
export * from './charset.ts';
export * from './collation.ts';
