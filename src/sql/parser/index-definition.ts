/** Keys and table constraints: PRIMARY KEY, UNIQUE, INDEX, FULLTEXT, SPATIAL, FOREIGN KEY, CHECK. */
import { sqlError } from '../../base/index.ts';
import type { IndexDefinition, IndexOptions, KeyPart, NamedOption, TableConstraint } from '../ast/index.ts';
import { parseReferences } from './column-definition.ts';
import { type Cursor, nameOf } from './cursor.ts';
import { acceptClustering } from './name.ts';
import { sortDirection } from './order.ts';
import { K, T, tokenTable } from './token.ts';

const CONSTRAINT_START = tokenTable([
  [K.KEY, 1],
  [K.INDEX, 1],
  [K.FULLTEXT, 1],
  [K.SPATIAL, 1],
  [K.PRIMARY, 1],
  [K.UNIQUE, 1],
  [K.FOREIGN, 1],
  [K.CHECK, 1],
  [K.CONSTRAINT, 1],
]);

/** Whether a table constraint begins at the current token; else it is a column. */
export function constraintStarts(p: Cursor): boolean {
  return CONSTRAINT_START[p.kind] === 1;
}

export function parseConstraint(p: Cursor): TableConstraint {
  const start = p.start;
  let constraintName: string | undefined;
  if (p.accept(K.CONSTRAINT)) {
    if (p.isName()) constraintName = p.name();
    if (p.kind !== K.PRIMARY && p.kind !== K.UNIQUE && p.kind !== K.FOREIGN && p.kind !== K.CHECK) p.fail();
  }
  switch (p.kind) {
    case K.FOREIGN: {
      p.advance();
      p.expect(K.KEY);
      const indexName = p.isName() ? p.name() : undefined;
      const columns = p.parenthesised(nameOf);
      const references = parseReferences(p);
      return { kind: 'foreign-key', start, end: p.lastEnd, constraintName, indexName, columns, references };
    }
    case K.CHECK: {
      p.advance();
      p.expect(T.LEFT_PAREN);
      const expression = p.grammar.expression(p);
      p.expect(T.RIGHT_PAREN);
      const enforced = parseEnforcement(p) ?? true;
      return { kind: 'check', start, end: p.lastEnd, name: constraintName, expression, enforced };
    }
    default: {
      const type = indexType(p);
      return { ...parseIndexBody(p, type, start), constraintName };
    }
  }
}

/** [NOT] ENFORCED, if written. */
export function parseEnforcement(p: Cursor): boolean | undefined {
  if (p.accept(K.ENFORCED)) return true;
  if (p.kind !== K.NOT && p.kind !== T.HIGH_NOT) return undefined;
  p.advance();
  p.expect(K.ENFORCED);
  return false;
}

/** The keywords that say what kind of index it is. */
function indexType(p: Cursor): IndexDefinition['type'] {
  if (p.accept(K.PRIMARY)) {
    p.expect(K.KEY);
    return 'primary';
  }
  const type = p.accept(K.UNIQUE)
    ? 'unique'
    : p.accept(K.FULLTEXT)
      ? 'fulltext'
      : p.accept(K.SPATIAL)
        ? 'spatial'
        : 'index';
  const named = p.accept(K.KEY) || p.accept(K.INDEX);
  if (!named && type === 'index') p.fail();
  return type;
}

/** [name] [USING type] (parts) [options]. */
function parseIndexBody(p: Cursor, type: IndexDefinition['type'], start: number): IndexDefinition {
  const name = p.isName() ? p.name() : undefined;
  const algorithm = type === 'fulltext' || type === 'spatial' ? undefined : parseAlgorithm(p);
  return finishIndex(p, { type, name, start, algorithm });
}

export interface IndexHead {
  readonly type: IndexDefinition['type'];
  readonly name: string | undefined;
  readonly start: number;
  readonly algorithm: IndexOptions['algorithm'];
}

/** (parts) [options]. */
export function finishIndex(p: Cursor, head: IndexHead): IndexDefinition {
  const parts = p.parenthesised(parseKeyPart);
  const options = parseIndexOptions(p, head.type, head.algorithm);
  return {
    kind: 'index',
    start: head.start,
    end: p.lastEnd,
    type: head.type,
    constraintName: undefined,
    name: head.name,
    parts,
    options,
  };
}

function parseKeyPart(p: Cursor): KeyPart {
  if (p.accept(T.LEFT_PAREN)) {
    const expression = p.grammar.expression(p);
    p.expect(T.RIGHT_PAREN);
    return { column: undefined, length: undefined, expression, direction: sortDirection(p) };
  }
  const column = p.name();
  let length: number | undefined;
  if (p.accept(T.LEFT_PAREN)) {
    if (p.kind !== T.INTEGER) p.fail();
    length = p.number();
    p.expect(T.RIGHT_PAREN);
  }
  return { column, length, expression: undefined, direction: sortDirection(p) };
}

/** [USING | TYPE BTREE | HASH | RTREE]. */
export function parseAlgorithm(p: Cursor): IndexOptions['algorithm'] {
  if (p.kind !== K.USING && p.kind !== K.TYPE) return undefined;
  p.advance();
  if (p.accept(K.BTREE)) return 'btree';
  if (p.accept(K.HASH)) return 'hash';
  p.expect(K.RTREE);
  return 'rtree';
}

function isClustering(p: Cursor): boolean {
  return p.additions && (p.isWord('clustered') || p.isWord('nonclustered'));
}

function parseIndexOptions(p: Cursor, type: IndexDefinition['type'], head: IndexOptions['algorithm']): IndexOptions {
  let algorithm = head;
  let keyBlockSize: number | undefined;
  let comment: string | undefined;
  let visible: boolean | undefined;
  let parser: string | undefined;
  let global = false;
  const attributes: NamedOption[] = [];
  for (;;) {
    const kind = p.kind;
    if (kind === K.KEY_BLOCK_SIZE) {
      p.advance();
      p.accept(T.EQ);
      keyBlockSize = Number(p.wholeNumber());
    } else if (kind === K.COMMENT) {
      p.advance();
      comment = p.string();
    } else if (kind === K.VISIBLE || kind === K.INVISIBLE) {
      p.advance();
      visible = kind === K.VISIBLE;
    } else if (kind === K.ENGINE_ATTRIBUTE || kind === K.SECONDARY_ENGINE_ATTRIBUTE) {
      const name = p.word();
      p.advance();
      p.accept(T.EQ);
      attributes.push({ name, value: p.string() });
    } else if (kind === K.WITH && type === 'fulltext') {
      p.advance();
      p.expect(K.PARSER);
      parser = p.name();
    } else if ((kind === K.USING || kind === K.TYPE) && type !== 'fulltext' && type !== 'spatial') {
      algorithm = parseAlgorithm(p);
    } else if (p.additions && type !== 'primary' && (kind === K.GLOBAL || kind === K.LOCAL)) {
      p.advance();
      global = kind === K.GLOBAL;
    } else if (isClustering(p)) {
      if (acceptClustering(p) === 'nonclustered') attributes.push({ name: 'nonclustered', value: true });
      if (type !== 'primary')
        throw sqlError('ER_UNSUPPORTED_DDL', 'CLUSTERED/NONCLUSTERED keyword is only supported for primary key');
    } else {
      return { algorithm, keyBlockSize, comment, visible, parser, global, attributes };
    }
  }
}
