/** CREATE VIEW and ALTER VIEW, from VIEW on. */
import type { CreateView } from '../ast/index.ts';
import { parseIfNotExists } from './create-table.ts';
import { type Cursor, nameOf } from './cursor.ts';
import { parseTableName } from './name.ts';
import { K, T } from './token.ts';

type ViewHead = Pick<CreateView, 'orReplace' | 'algorithm' | 'definer' | 'security'>;

export function parseView(p: Cursor, start: number, head: ViewHead, alter: boolean): CreateView {
  p.expect(K.VIEW);
  const ifNotExists = !alter && !head.orReplace && parseIfNotExists(p);
  const view = parseTableName(p);
  const columns = p.kind === T.LEFT_PAREN ? p.parenthesised(nameOf) : [];
  p.expect(K.AS);
  const query = p.grammar.query(p);
  const checkOption = parseCheckOption(p);
  return { kind: 'create-view', start, end: p.lastEnd, ...head, alter, ifNotExists, view, columns, query, checkOption };
}

/** [WITH [CASCADED | LOCAL] CHECK OPTION]. */
function parseCheckOption(p: Cursor): CreateView['checkOption'] {
  if (!p.accept(K.WITH)) return undefined;
  const local = p.accept(K.LOCAL);
  if (!local) p.accept(K.CASCADED);
  p.expectAll(K.CHECK, K.OPTION);
  return local ? 'local' : 'cascaded';
}
