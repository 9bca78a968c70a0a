/**
 * Ebb in process: MySQL without a server.
 *
 *     import { open } from 'ebb';
 *     await using db = await open('memory:');
 *     const rows = await db.query('SELECT 1 + ? AS two', [1]); // [{ two: 2 }]
 *
 * See docs/embedding.md; its examples are run by the tests.
 */
export {
  open,
  Database,
  type DatabaseOptions,
  type ExecuteResult,
  type Field,
  type Param,
  PreparedQuery,
  type ResultValue,
  type RowObject,
  type Rows,
  Transaction,
  type TransactionOptions,
} from './embedded/index.ts';
export { DbError, SqlError } from './base/index.ts';
