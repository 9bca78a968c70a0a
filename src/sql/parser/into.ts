/** SELECT … INTO, and the FIELDS / LINES clauses it shares with LOAD DATA. */
import type { ColumnReference, FieldsClause, IntoClause, LinesClause, UserVariable } from '../ast/index.ts';
import { charsetName } from './charset-name.ts';
import type { Cursor } from './cursor.ts';
import { acceptCharacterSet } from './data-type.ts';
import { localName } from './order.ts';
import { userVariableName } from './primary.ts';
import { K, T } from './token.ts';

export function parseInto(p: Cursor): IntoClause {
  p.expect(K.INTO);
  if (p.accept(K.OUTFILE)) {
    const file = p.string();
    const charset = acceptCharacterSet(p) ? charsetName(p) : undefined;
    const fields = parseFields(p);
    return { kind: 'into-outfile', file, charset, fields, lines: parseLines(p) };
  }
  if (p.accept(K.DUMPFILE)) return { kind: 'into-dumpfile', file: p.string() };
  return { kind: 'into-variables', targets: p.list(intoTarget) };
}

/** @v, or a local variable of a stored program. */
export function intoTarget(p: Cursor): UserVariable | ColumnReference {
  const start = p.start;
  if (p.accept(T.AT)) {
    const name = userVariableName(p);
    return { kind: 'user-variable', start, end: p.lastEnd, name };
  }
  const name = localName(p);
  return { kind: 'column', start, end: p.lastEnd, schema: undefined, table: undefined, name };
}

/** A string, or a hexadecimal or bit literal as text. */
export function textOrBytes(p: Cursor): string {
  return p.kind === T.HEX || p.kind === T.BIT ? p.digitsText() : p.string();
}

/** [FIELDS | COLUMNS …]. */
export function parseFields(p: Cursor): FieldsClause {
  let terminatedBy: string | undefined;
  let enclosedBy: string | undefined;
  let escapedBy: string | undefined;
  let optionallyEnclosed = false;
  if (p.accept(K.COLUMNS)) {
    let terms = 0;
    for (; ; terms++) {
      if (p.accept(K.TERMINATED)) {
        p.expect(K.BY);
        terminatedBy = textOrBytes(p);
      } else if (p.kind === K.OPTIONALLY || p.kind === K.ENCLOSED) {
        optionallyEnclosed = p.accept(K.OPTIONALLY);
        p.expectAll(K.ENCLOSED, K.BY);
        enclosedBy = textOrBytes(p);
      } else if (p.accept(K.ESCAPED)) {
        p.expect(K.BY);
        escapedBy = textOrBytes(p);
      } else {
        break;
      }
    }
    if (terms === 0) p.fail();
  }
  return { terminatedBy, enclosedBy, optionallyEnclosed, escapedBy };
}

/** [LINES …]. */
export function parseLines(p: Cursor): LinesClause {
  let startingBy: string | undefined;
  let terminatedBy: string | undefined;
  if (p.accept(K.LINES)) {
    let terms = 0;
    for (; ; terms++) {
      if (p.accept(K.STARTING)) {
        p.expect(K.BY);
        startingBy = textOrBytes(p);
      } else if (p.accept(K.TERMINATED)) {
        p.expect(K.BY);
        terminatedBy = textOrBytes(p);
      } else {
        break;
      }
    }
    if (terms === 0) p.fail();
  }
  return { startingBy, terminatedBy };
}
