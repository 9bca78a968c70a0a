/** System variables: definitions, values, sql_mode. */
export { parseSqlMode } from './sql-mode.ts';
export { SYSTEM_VARIABLES, type SystemVariableRow } from './system-variables.data.ts';
export {
  findVariableRow,
  getVariableRow,
  normalizeVariable,
  readKeyCacheVariable,
  readVariable,
  typeOfVariable,
  type VariableScopeName,
  VariableValues,
} from './variables.ts';
