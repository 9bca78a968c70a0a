/** The embedded API: a database as an object, rows as objects. */
export { Database, open, type DatabaseOptions } from './database.ts';
export { PreparedQuery } from './prepared-query.ts';
export { Transaction, type TransactionOptions } from './transaction.ts';
export { type Param } from './params.ts';
export { type ExecuteResult, type Field, type ResultValue, type RowObject, type Rows } from './rows.ts';
