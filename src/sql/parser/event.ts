/** CREATE EVENT, ALTER EVENT. */
import type { AccountName, CreateEvent, EventSchedule } from '../ast/index.ts';
import { parseIfNotExists } from './create-table.ts';
import type { Cursor } from './cursor.ts';
import { intervalUnit } from './interval.ts';
import { parseObjectName } from './name.ts';
import { parseRoutineBody } from './routine-body.ts';
import { K } from './token.ts';

/** At EVENT. */
export function parseEvent(p: Cursor, start: number, definer: AccountName | undefined, alter: boolean): CreateEvent {
  p.expect(K.EVENT);
  const ifNotExists = !alter && parseIfNotExists(p);
  const name = parseObjectName(p);
  let schedule: EventSchedule | undefined;
  let preserve: boolean | undefined;
  let parts = 0;
  if (!alter || (p.kind === K.ON && p.peek(1) === K.SCHEDULE)) {
    p.expectAll(K.ON, K.SCHEDULE);
    schedule = parseSchedule(p);
    parts++;
  }
  if (p.accept(K.ON)) {
    p.expect(K.COMPLETION);
    preserve = !acceptNot(p);
    p.expect(K.PRESERVE);
    parts++;
  }
  const rename = alter && p.accept(K.RENAME) ? renameTarget(p) : undefined;
  const status = parseStatus(p);
  const comment = p.accept(K.COMMENT) ? p.string() : undefined;
  const hasBody = alter ? p.accept(K.DO) : true;
  if (!alter) p.expect(K.DO);
  const body = hasBody ? parseRoutineBody(p) : undefined;
  if (alter && parts === 0 && rename === undefined && status === undefined && comment === undefined && !hasBody)
    p.fail();
  return {
    kind: 'create-event',
    start,
    end: p.lastEnd,
    alter,
    ifNotExists,
    definer,
    name,
    schedule,
    preserve,
    rename,
    status,
    comment,
    body,
  };
}

function acceptNot(p: Cursor): boolean {
  return p.accept(K.NOT);
}

function renameTarget(p: Cursor) {
  p.expect(K.TO);
  return parseObjectName(p);
}

function parseSchedule(p: Cursor): EventSchedule {
  if (p.accept(K.AT)) return { type: 'at', time: p.grammar.expression(p) };
  p.expect(K.EVERY);
  const amount = p.grammar.expression(p);
  const unit = intervalUnit(p);
  const starts = p.accept(K.STARTS) ? p.grammar.expression(p) : undefined;
  const ends = p.accept(K.ENDS) ? p.grammar.expression(p) : undefined;
  return { type: 'every', amount, unit, starts, ends };
}

function parseStatus(p: Cursor): CreateEvent['status'] {
  if (p.accept(K.ENABLE)) return 'enable';
  if (!p.accept(K.DISABLE)) return undefined;
  if (!p.accept(K.ON)) return 'disable';
  if (!p.accept(K.SLAVE)) p.expect(K.REPLICA);
  return 'disable on replica';
}
