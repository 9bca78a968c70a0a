/** Column definitions: type and attributes, generated columns, inline constraints. */
import type {
  CheckConstraint,
  ColumnDefault,
  ColumnDefinition,
  DataType,
  Expression,
  GeneratedColumn,
  NamedOption,
  ReferenceAction,
  References,
} from '../ast/index.ts';
import { collationName } from './charset-name.ts';
import { type Cursor, nameOf } from './cursor.ts';
import { parseDataType } from './data-type.ts';
import { acceptClustering, parseTableName } from './name.ts';
import { K, T } from './token.ts';

type Draft = { -readonly [Key in keyof ColumnDefinition]: ColumnDefinition[Key] };
type Lists = { readonly checks: CheckConstraint[]; readonly options: NamedOption[] };

/** `name type attributes [REFERENCES …]`. */
export function parseColumnDefinition(p: Cursor): ColumnDefinition {
  const start = p.start;
  return parseFieldDefinition(p, p.name(), start);
}

/** What follows the column's name. */
export function parseFieldDefinition(p: Cursor, name: string, start: number): ColumnDefinition {
  const type = parseDataType(p);
  const lists: Lists = { checks: [], options: [] };
  const column = draft(name, type, start, lists);
  if (p.kind === K.COLLATE && type.collation === undefined) {
    // COLLATE may precede GENERATED ALWAYS; it is an ordinary attribute too
    p.advance();
    column.collation = collationName(p);
  }
  const generated = parseGenerated(p);
  column.generated = generated;
  while (parseAttribute(p, column, lists, generated !== undefined));
  if (p.kind === K.REFERENCES) column.references = parseReferences(p);
  column.end = p.lastEnd;
  return column;
}

function draft(name: string, type: DataType, start: number, lists: Lists): Draft {
  return {
    start,
    end: start,
    name,
    type,
    nullable: type.serial ? false : undefined,
    default: undefined,
    onUpdate: undefined,
    autoIncrement: type.serial,
    generated: undefined,
    key: type.serial ? 'unique' : undefined,
    comment: undefined,
    collation: undefined,
    checks: lists.checks,
    references: undefined,
    visible: undefined,
    srid: undefined,
    options: lists.options,
  };
}

/** [[GENERATED ALWAYS] AS (expression) [VIRTUAL | STORED]]. */
function parseGenerated(p: Cursor): GeneratedColumn | undefined {
  if (p.accept(K.GENERATED)) p.expectAll(K.ALWAYS, K.AS);
  else if (!p.accept(K.AS)) return undefined;
  p.expect(T.LEFT_PAREN);
  const expression = p.grammar.expression(p);
  p.expect(T.RIGHT_PAREN);
  const stored = p.accept(K.STORED);
  if (!stored) p.accept(K.VIRTUAL);
  return { expression, stored };
}

/** One attribute; false when none follows. */
function parseAttribute(p: Cursor, column: Draft, lists: Lists, generated: boolean): boolean {
  const kind = p.kind;
  switch (kind) {
    case K.NULL:
      p.advance();
      column.nullable = true;
      return true;
    case K.NOT:
    case T.HIGH_NOT:
      return parseNotAttribute(p, column, lists);
    case K.UNIQUE:
      p.advance();
      p.accept(K.KEY);
      column.key ??= 'unique';
      return true;
    case K.PRIMARY:
      p.advance();
      p.expect(K.KEY);
      if (acceptClustering(p) === 'nonclustered') lists.options.push({ name: 'nonclustered', value: true });
      column.key = 'primary';
      return true;
    case K.KEY:
      p.advance();
      column.key = 'primary';
      return true;
    case K.COMMENT:
      p.advance();
      column.comment = p.string();
      return true;
    case K.VISIBLE:
    case K.INVISIBLE:
      p.advance();
      column.visible = kind === K.VISIBLE;
      return true;
    case K.CONSTRAINT:
    case K.CHECK:
      return parseInlineCheck(p, lists);
    case K.ENFORCED:
      p.advance();
      return setEnforced(p, lists, true);
    case K.COLLATE:
      if (column.collation !== undefined) p.failAt(p.start, 'Multiple COLLATE clauses');
      p.advance();
      column.collation = collationName(p);
      return true;
    default:
      return parseValueAttribute(p, column, generated) || parseStorageAttribute(p, column, lists);
  }
}

/** NOT NULL, NOT SECONDARY, NOT ENFORCED. */
function parseNotAttribute(p: Cursor, column: Draft, lists: Lists): boolean {
  p.advance();
  if (p.accept(K.SECONDARY)) lists.options.push({ name: 'not secondary', value: true });
  else if (p.accept(K.ENFORCED)) return setEnforced(p, lists, false);
  else {
    p.expect(K.NULL);
    column.nullable = false;
  }
  return true;
}

/** [NOT] ENFORCED follows the check it belongs to. */
function setEnforced(p: Cursor, lists: Lists, enforced: boolean): boolean {
  const check = lists.checks.pop();
  if (check === undefined) p.failAt(p.lexer.starts[p.index - (enforced ? 1 : 2)] as number);
  lists.checks.push({ ...check, enforced });
  return true;
}

function parseInlineCheck(p: Cursor, lists: Lists): boolean {
  const start = p.start;
  let name: string | undefined;
  if (p.accept(K.CONSTRAINT)) name = p.kind === K.CHECK ? undefined : p.name();
  p.expectAll(K.CHECK, T.LEFT_PAREN);
  const expression = p.grammar.expression(p);
  p.expect(T.RIGHT_PAREN);
  lists.checks.push({ kind: 'check', start, end: p.lastEnd, name, expression, enforced: true });
  return true;
}

const GENERATED_CONFLICTS: Readonly<Record<number, string>> = {
  [K.DEFAULT]: 'DEFAULT',
  [K.ON]: 'ON UPDATE',
  [K.AUTO_INCREMENT]: 'AUTO_INCREMENT',
  [K.SERIAL]: 'AUTO_INCREMENT',
};

/** DEFAULT, ON UPDATE, AUTO_INCREMENT, SERIAL DEFAULT VALUE: not for generated columns. */
function parseValueAttribute(p: Cursor, column: Draft, generated: boolean): boolean {
  const wanted = GENERATED_CONFLICTS[p.kind];
  if (generated && wanted !== undefined) p.failWrongUsage(wanted, 'generated column');
  switch (p.kind) {
    case K.DEFAULT:
      p.advance();
      column.default = parseDefault(p);
      return true;
    case K.ON:
      p.advance();
      p.expect(K.UPDATE);
      column.onUpdate = parseNowCall(p);
      return true;
    case K.AUTO_INCREMENT:
      p.advance();
      column.autoIncrement = true;
      return true;
    case K.SERIAL:
      p.expectAll(K.SERIAL, K.DEFAULT, K.VALUE);
      column.nullable = false;
      column.autoIncrement = true;
      column.key ??= 'unique';
      return true;
    default:
      return false;
  }
}

function parseStorageAttribute(p: Cursor, column: Draft, lists: Lists): boolean {
  if (p.additions && p.acceptWord('auto_random')) {
    const numbers = p.kind === T.LEFT_PAREN ? p.parenthesised((at) => at.number()) : [];
    lists.options.push({ name: 'auto_random', value: numbers.join(',') });
    return true;
  }
  switch (p.kind) {
    case K.SRID:
      p.advance();
      column.srid = p.number();
      return true;
    case K.COLUMN_FORMAT:
      p.advance();
      if (p.kind !== K.DEFAULT && p.kind !== K.FIXED && p.kind !== K.DYNAMIC) p.fail();
      return wordOption(p, lists, 'column_format');
    case K.STORAGE:
      p.advance();
      if (p.kind !== K.DEFAULT && p.kind !== K.DISK && p.kind !== K.MEMORY) p.fail();
      return wordOption(p, lists, 'storage');
    case K.ENGINE_ATTRIBUTE:
    case K.SECONDARY_ENGINE_ATTRIBUTE: {
      const name = p.word();
      p.advance();
      p.accept(T.EQ);
      lists.options.push({ name, value: p.string() });
      return true;
    }
    default:
      return false;
  }
}

function wordOption(p: Cursor, lists: Lists, name: string): boolean {
  lists.options.push({ name, value: p.word() });
  p.advance();
  return true;
}

/** What follows DEFAULT: (expression), NOW(n), or a signed literal. */
export function parseDefault(p: Cursor): ColumnDefault {
  if (p.accept(T.LEFT_PAREN)) {
    const expression = p.grammar.expression(p);
    p.expect(T.RIGHT_PAREN);
    return { expression, parenthesised: true };
  }
  if (p.kind === K.NOW) return { expression: parseNowCall(p), parenthesised: false };
  return { expression: signedLiteral(p), parenthesised: false };
}

/** CURRENT_TIMESTAMP[(n)]. */
function parseNowCall(p: Cursor): Expression {
  if (p.kind !== K.NOW) p.fail();
  return p.grammar.primary(p);
}

/** A literal, which may be NULL; a number may have a sign. */
export function signedLiteral(p: Cursor): Expression {
  switch (p.kind) {
    case T.PLUS:
    case T.MINUS: {
      const start = p.start;
      const operator = p.kind === T.MINUS ? '-' : '+';
      p.advance();
      if (p.kind < T.INTEGER || p.kind > T.FLOAT) p.fail();
      const operand = p.grammar.primary(p);
      return { kind: 'unary', start, end: p.lastEnd, operator, operand };
    }
    case T.STRING:
    case T.NATIONAL_STRING:
    case T.INTRODUCER:
    case T.HEX:
    case T.BIT:
    case T.INTEGER:
    case T.DECIMAL:
    case T.FLOAT:
    case K.NULL:
    case K.TRUE:
    case K.FALSE:
      return p.grammar.primary(p);
    case K.DATE:
    case K.TIME:
    case K.TIMESTAMP:
      if (p.peek(1) !== T.STRING) {
        p.advance();
        p.fail();
      }
      return p.grammar.primary(p);
    default:
      return p.fail();
  }
}

// ---- REFERENCES ----

export function parseReferences(p: Cursor): References {
  p.expect(K.REFERENCES);
  const table = parseTableName(p);
  const columns = p.kind === T.LEFT_PAREN ? p.parenthesised(nameOf) : [];
  const match = p.accept(K.MATCH) ? parseMatchType(p) : undefined;
  let onDelete: ReferenceAction | undefined;
  let onUpdate: ReferenceAction | undefined;
  while (p.kind === K.ON) {
    const next = p.peek(1);
    if (next === K.DELETE && onDelete === undefined) {
      p.expectAll(K.ON, K.DELETE);
      onDelete = parseAction(p);
    } else if (next === K.UPDATE && onUpdate === undefined) {
      p.expectAll(K.ON, K.UPDATE);
      onUpdate = parseAction(p);
    } else {
      p.advance();
      p.fail();
    }
  }
  return { table, columns, match, onDelete, onUpdate };
}

function parseMatchType(p: Cursor): References['match'] {
  if (p.accept(K.FULL)) return 'full';
  if (p.accept(K.PARTIAL)) return 'partial';
  p.expect(K.SIMPLE);
  return 'simple';
}

function parseAction(p: Cursor): ReferenceAction {
  if (p.accept(K.RESTRICT)) return 'restrict';
  if (p.accept(K.CASCADE)) return 'cascade';
  if (p.accept(K.SET)) {
    if (p.accept(K.DEFAULT)) return 'set default';
    p.expect(K.NULL);
    return 'set null';
  }
  p.expectAll(K.NO, K.ACTION);
  return 'no action';
}
