/** CREATE PROCEDURE, FUNCTION, TRIGGER; ALTER PROCEDURE, FUNCTION. */
import type {
  AccountName,
  AlterRoutine,
  CreateLoadableFunction,
  CreateRoutine,
  CreateTrigger,
  RoutineCharacteristics,
  RoutineParameter,
} from '../ast/index.ts';
import { parseIfNotExists } from './create-table.ts';
import type { Cursor } from './cursor.ts';
import { parseTypeWithCollation } from './data-type.ts';
import { parseObjectName, parseTableName } from './name.ts';
import { parseRoutineBody } from './routine-body.ts';
import { K, T } from './token.ts';

/** At PROCEDURE. */
export function parseProcedure(p: Cursor, start: number, definer: AccountName | undefined): CreateRoutine {
  p.expect(K.PROCEDURE);
  const ifNotExists = parseIfNotExists(p);
  const name = parseObjectName(p);
  const parameters = parseParameters(p, true);
  const characteristics = parseCharacteristics(p, true);
  const body = parseRoutineBody(p);
  return {
    kind: 'create-routine',
    start,
    end: p.lastEnd,
    type: 'procedure',
    ifNotExists,
    definer,
    name,
    parameters,
    returns: undefined,
    characteristics,
    body,
  };
}

/** At FUNCTION or AGGREGATE: a stored function, or a loadable one. */
export function parseFunction(
  p: Cursor,
  start: number,
  definer: AccountName | undefined,
): CreateRoutine | CreateLoadableFunction {
  const aggregate = p.accept(K.AGGREGATE);
  p.expect(K.FUNCTION);
  const ifNotExists = parseIfNotExists(p);
  const name = parseObjectName(p);
  if (p.kind !== T.LEFT_PAREN || aggregate) return parseLoadable(p, { start, aggregate, ifNotExists, name });
  const parameters = parseParameters(p, false);
  p.expect(K.RETURNS);
  const returns = parseTypeWithCollation(p);
  const characteristics = parseCharacteristics(p, true);
  const body = parseRoutineBody(p);
  return {
    kind: 'create-routine',
    start,
    end: p.lastEnd,
    type: 'function',
    ifNotExists,
    definer,
    name,
    parameters,
    returns,
    characteristics,
    body,
  };
}

type LoadableHead = Pick<CreateLoadableFunction, 'start' | 'aggregate' | 'ifNotExists' | 'name'>;

function parseLoadable(p: Cursor, head: LoadableHead): CreateLoadableFunction {
  p.expect(K.RETURNS);
  let returns: CreateLoadableFunction['returns'] = 'string';
  if (p.accept(K.REAL)) returns = 'real';
  else if (p.accept(K.DECIMAL)) returns = 'decimal';
  else if (p.accept(K.INT)) returns = 'int';
  else p.expect(K.STRING);
  p.expect(K.SONAME);
  const library = p.string();
  return { kind: 'create-loadable-function', end: p.lastEnd, ...head, returns, library };
}

function parseParameters(p: Cursor, modes: boolean): RoutineParameter[] {
  p.expect(T.LEFT_PAREN);
  const parameters = p.kind === T.RIGHT_PAREN ? [] : p.list((inner) => parseParameter(inner, modes));
  p.expect(T.RIGHT_PAREN);
  return parameters;
}

function parseParameter(p: Cursor, modes: boolean): RoutineParameter {
  let mode: RoutineParameter['mode'] = 'in';
  if (modes) {
    if (p.accept(K.OUT)) mode = 'out';
    else if (p.accept(K.INOUT)) mode = 'inout';
    else p.accept(K.IN);
  }
  const name = p.name();
  return { name, mode, type: parseTypeWithCollation(p) };
}

type CharacteristicsDraft = { -readonly [Key in keyof RoutineCharacteristics]: RoutineCharacteristics[Key] };

/** COMMENT, LANGUAGE, [NOT] DETERMINISTIC (CREATE only), data access, SQL SECURITY; in any order. */
function parseCharacteristics(p: Cursor, create: boolean): RoutineCharacteristics {
  const found: CharacteristicsDraft = {
    comment: undefined,
    language: undefined,
    deterministic: undefined,
    dataAccess: undefined,
    security: undefined,
  };
  while (parseCharacteristic(p, found, create));
  return found;
}

function parseCharacteristic(p: Cursor, found: CharacteristicsDraft, create: boolean): boolean {
  switch (p.kind) {
    case K.COMMENT:
      p.advance();
      found.comment = p.string();
      return true;
    case K.LANGUAGE:
      p.advance();
      if (p.accept(K.SQL)) found.language = 'sql';
      else found.language = p.name();
      return true;
    case K.NO:
      p.expectAll(K.NO, K.SQL);
      found.dataAccess = 'no sql';
      return true;
    case K.CONTAINS:
      p.expectAll(K.CONTAINS, K.SQL);
      found.dataAccess = 'contains sql';
      return true;
    case K.READS:
      p.expectAll(K.READS, K.SQL, K.DATA);
      found.dataAccess = 'reads sql data';
      return true;
    case K.MODIFIES:
      p.expectAll(K.MODIFIES, K.SQL, K.DATA);
      found.dataAccess = 'modifies sql data';
      return true;
    case K.SQL:
      p.expectAll(K.SQL, K.SECURITY);
      found.security = p.accept(K.INVOKER) ? 'invoker' : 'definer';
      if (found.security === 'definer') p.expect(K.DEFINER);
      return true;
    case K.DETERMINISTIC:
      if (!create) return false;
      p.advance();
      found.deterministic = true;
      return true;
    case K.NOT:
      if (!create) return false;
      p.expectAll(K.NOT, K.DETERMINISTIC);
      found.deterministic = false;
      return true;
    case K.USING:
      return parseLibraries(p);
    default:
      return false;
  }
}

/** USING (library [AS name], …). */
function parseLibraries(p: Cursor): boolean {
  p.advance();
  p.expect(T.LEFT_PAREN);
  if (p.kind !== T.RIGHT_PAREN) p.list(parseLibrary);
  p.expect(T.RIGHT_PAREN);
  return true;
}

function parseLibrary(p: Cursor): void {
  parseObjectName(p);
  if (p.accept(K.AS) || p.isName()) p.name();
}

/** At PROCEDURE or FUNCTION, behind ALTER. */
export function parseAlterRoutine(p: Cursor, start: number): AlterRoutine {
  const type = p.kind === K.PROCEDURE ? 'procedure' : 'function';
  p.advance();
  const name = parseObjectName(p);
  const characteristics = parseCharacteristics(p, false);
  return { kind: 'alter-routine', start, end: p.lastEnd, type, name, characteristics };
}

/** At TRIGGER. */
export function parseTrigger(p: Cursor, start: number, definer: AccountName | undefined): CreateTrigger {
  p.expect(K.TRIGGER);
  const ifNotExists = parseIfNotExists(p);
  const name = parseObjectName(p);
  const timing = p.accept(K.BEFORE) ? 'before' : 'after';
  if (timing === 'after') p.expect(K.AFTER);
  const event = p.accept(K.INSERT) ? 'insert' : p.accept(K.UPDATE) ? 'update' : 'delete';
  if (event === 'delete') p.expect(K.DELETE);
  p.expect(K.ON);
  const table = parseTableName(p);
  p.expectAll(K.FOR, K.EACH, K.ROW);
  let order: CreateTrigger['order'];
  if (p.kind === K.FOLLOWS || p.kind === K.PRECEDES) {
    const type = p.kind === K.FOLLOWS ? 'follows' : 'precedes';
    p.advance();
    order = { type, trigger: p.nameOrString() };
  }
  const body = parseRoutineBody(p);
  return {
    kind: 'create-trigger',
    start,
    end: p.lastEnd,
    ifNotExists,
    definer,
    name,
    timing,
    event,
    table,
    order,
    body,
  };
}
