/** Errors and warnings of storing values: an error in strict mode, a warning otherwise, a note where MySQL only notes. */
import { sqlError } from '../../base/index.ts';
import type { ConversionContext } from './conversion-context.ts';

/** Where a value goes, for messages. */
export interface StoreTarget {
  readonly column: string;
  readonly table?: string;
  /** 1-based row of the statement. */
  readonly row: number;
}

export type Problem = 'out-of-range' | 'truncated' | 'too-long' | 'null';

const PROBLEMS = {
  'out-of-range': ['ER_WARN_DATA_OUT_OF_RANGE', 1264, 'Out of range value'],
  truncated: ['WARN_DATA_TRUNCATED', 1265, 'Data truncated'],
  'too-long': ['ER_DATA_TOO_LONG', 1406, 'Data too long'],
  null: ['ER_BAD_NULL_ERROR', 1048, ''],
} as const;

export function report(context: ConversionContext, target: StoreTarget, problem: Problem): void {
  const [symbol, errno, text] = PROBLEMS[problem];
  if (context.session.strict) {
    throw problem === 'null'
      ? sqlError('ER_BAD_NULL_ERROR', target.column)
      : sqlError(symbol, target.column, target.row);
  }
  if (problem === 'null') context.warn(1048, `Column '${target.column}' cannot be null`);
  else if (problem === 'too-long') note(context, target, 'Warning');
  else context.warn(errno, `${text} for column '${target.column}' at row ${target.row}`);
}

/** 1265, which never fails. */
export function note(context: ConversionContext, target: StoreTarget, level: 'Note' | 'Warning' = 'Note'): void {
  context.warn(1265, `Data truncated for column '${target.column}' at row ${target.row}`, level);
}

/** 1366: the text is no number, or no string of the charset. */
export function reportIncorrect(context: ConversionContext, target: StoreTarget, what: string, text: string): void {
  if (context.session.strict)
    throw sqlError('ER_TRUNCATED_WRONG_VALUE_FOR_FIELD', what, text, target.column, target.row);
  context.warn(1366, `Incorrect ${what} value: '${text}' for column '${target.column}' at row ${target.row}`);
}

/** 1292 in strict mode; 1264 or 1265 otherwise. */
export function reportTemporal(
  context: ConversionContext,
  target: StoreTarget,
  what: string,
  text: string,
  outOfRange: boolean,
): void {
  if (context.session.strict) throw incorrectTemporal(target, what, text);
  report(context, target, outOfRange ? 'out-of-range' : 'truncated');
}

function incorrectTemporal(target: StoreTarget, what: string, text: string): Error {
  const error = sqlError('ER_TRUNCATED_WRONG_VALUE', what, text);
  error.message = `Incorrect ${what} value: '${text}' for column '${target.column}' at row ${target.row}`;
  return error;
}

/** A part that the type cannot hold was dropped (a date's time of day). */
export function noteTemporal(context: ConversionContext, target: StoreTarget, what: string, text: string): void {
  if (context.session.strict) {
    context.warn(1292, `Incorrect ${what} value: '${text}' for column '${target.column}' at row ${target.row}`, 'Note');
  } else note(context, target);
}
