/** Warnings that MySQL's strict mode turns into errors. */
import type { MysqlErrorName } from '../../base/index.ts';

export const STRICT_FAILURES: Readonly<Record<number, MysqlErrorName>> = {
  1264: 'ER_WARN_DATA_OUT_OF_RANGE',
  1265: 'WARN_DATA_TRUNCATED',
  1292: 'ER_TRUNCATED_WRONG_VALUE',
  1365: 'ER_DIVISION_BY_ZERO',
  1366: 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD',
  1406: 'ER_DATA_TOO_LONG',
  1411: 'ER_WRONG_VALUE_FOR_TYPE',
  1441: 'ER_DATETIME_FUNCTION_OVERFLOW',
  3020: 'ER_INVALID_ARGUMENT_FOR_LOGARITHM',
  3903: 'ER_INVALID_JSON_VALUE_FOR_CAST',
};
