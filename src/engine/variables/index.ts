/** System variables: definitions, values, sql_mode. */
export { parseSqlMode } from './sql-mode.ts';
export type { SystemVariableRow } from './system-variables.data.ts';
export {
  findVariableRow,
  getVariableRow,
  normalizeVariable,
  readKeyCacheVariable,
  readVariable,
  reasonOfRemoval,
  SYSTEM_VARIABLES,
  typeOfVariable,
  type VariableScopeName,
  VariableValues,
} from './variables.ts';
