/** information_schema and performance_schema: definitions of the virtual tables and what fills them. */
export type { InfoSource, ProcessInfo } from './info-source.ts';
export { virtualRows } from './providers.ts';
export { columnKeys, defaultText, extraText } from './rows-schema.ts';
export { findVirtualTable, isVirtualSchema, VIRTUAL_SCHEMAS, virtualTables } from './virtual-catalog.ts';
