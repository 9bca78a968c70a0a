/** TiDB's CREATE, ALTER and DROP SEQUENCE. */
import type { Sequence, SequenceOptions } from '../ast/index.ts';
import { parseIfExists, parseIfNotExists } from './create-table.ts';
import type { Cursor } from './cursor.ts';
import { parseTableName } from './name.ts';
import { T } from './token.ts';

/** Behind the word SEQUENCE. */
export function parseSequence(p: Cursor, start: number, action: 'create' | 'alter' | 'drop'): Sequence {
  const ifExists = action === 'create' ? parseIfNotExists(p) : parseIfExists(p);
  const sequences = action === 'drop' ? p.list(parseTableName) : [parseTableName(p)];
  const options = action === 'drop' ? {} : parseOptions(p);
  return { kind: 'sequence', start, end: p.lastEnd, action, ifExists, sequences, options };
}

type Draft = { -readonly [K in keyof SequenceOptions]: SequenceOptions[K] };

function parseOptions(p: Cursor): SequenceOptions {
  const options: Draft = {};
  while (parseOption(p, options));
  return options;
}

function parseOption(p: Cursor, options: Draft): boolean {
  const no = p.acceptWord('no');
  if (!no && p.acceptWord('start')) options.start = value(p, 'with');
  else if (!no && p.acceptWord('increment')) options.increment = value(p, 'by');
  else if (!no && p.acceptWord('restart')) options.restart = p.isWord('with') || isNumber(p) ? value(p, 'with') : null;
  else if (!no && p.acceptWord('comment')) {
    p.accept(T.EQ);
    options.comment = p.string();
  } else if (p.acceptWord('minvalue')) options.min = no ? null : value(p);
  else if (p.acceptWord('nominvalue')) options.min = null;
  else if (p.acceptWord('maxvalue')) options.max = no ? null : value(p);
  else if (p.acceptWord('nomaxvalue')) options.max = null;
  else if (p.acceptWord('cache')) options.cache = no ? 0n : value(p);
  else if (p.acceptWord('nocache')) options.cache = 0n;
  else if (p.acceptWord('cycle')) options.cycle = !no;
  else if (p.acceptWord('nocycle')) options.cycle = false;
  else if (no) p.fail();
  else return false;
  return true;
}

function isNumber(p: Cursor): boolean {
  return p.kind === T.INTEGER || p.kind === T.MINUS;
}

function value(p: Cursor, word?: string): bigint {
  if (word !== undefined) p.acceptWord(word);
  p.accept(T.EQ);
  const negative = p.accept(T.MINUS);
  const number = BigInt(p.integer());
  return negative ? -number : number;
}
