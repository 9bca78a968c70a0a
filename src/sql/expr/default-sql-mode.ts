/** The sql_mode that a server starts with, decoded: for fixtures that have no session. */
import type { SqlMode } from './expr.ts';

export const DEFAULT_SQL_MODE: SqlMode = {
  strictTransTables: true,
  strictAllTables: false,
  noZeroDate: true,
  noZeroInDate: true,
  errorForDivisionByZero: true,
  onlyFullGroupBy: true,
  ansiQuotes: false,
  pipesAsConcat: false,
  noBackslashEscapes: false,
  highNotPrecedence: false,
  ignoreSpace: false,
  allowInvalidDates: false,
  noUnsignedSubtraction: false,
  padCharToFullLength: false,
  noAutoValueOnZero: false,
  realAsFloat: false,
  noEngineSubstitution: true,
  timeTruncateFractional: false,
  text: 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
};
