/** TiDB's NEXTVAL, LASTVAL, SETVAL; the binder hands the sequence's schema and name over as strings. */
import { sqlError } from '../../base/index.ts';
import type { EvalContext, FunctionDef } from '../expr/index.ts';
import { intType, normalizeInt, type Value } from '../types/index.ts';
import { define, intArg, textArg } from './define.ts';

type Operation = 'next' | 'last';

function sequenceFunction(name: string, operation: Operation): FunctionDef {
  return define(
    name,
    2,
    () => intType('big', { nullable: true }),
    ([schema, sequence]) => {
      const schemaOf = textArg(schema!);
      const nameOf = textArg(sequence!);
      return (row, context): Value => {
        const value = sequencesOf(context)[operation](schemaOf(row, context) ?? '', nameOf(row, context) ?? '');
        return value === undefined ? null : normalizeInt(value);
      };
    },
    'volatile',
  );
}

function sequencesOf(context: EvalContext): NonNullable<NonNullable<EvalContext['session']['additions']>['sequences']> {
  const sequences = context.session.additions?.sequences;
  if (sequences === undefined) throw sqlError('ER_NOT_SUPPORTED_YET', 'sequences here');
  return sequences;
}

const setval = define(
  'setval',
  3,
  () => intType('big', { nullable: true }),
  ([schema, sequence, number]) => {
    const schemaOf = textArg(schema!);
    const nameOf = textArg(sequence!);
    const numberOf = intArg(number!);
    return (row, context): Value => {
      const value = numberOf(row, context);
      if (value === null) return null;
      const set = sequencesOf(context).set(schemaOf(row, context) ?? '', nameOf(row, context) ?? '', BigInt(value));
      return set === undefined ? null : normalizeInt(set);
    };
  },
  'volatile',
);

export const SEQUENCES: readonly FunctionDef[] = [
  setval,
  sequenceFunction('nextval', 'next'),
  sequenceFunction('lastval', 'last'),
];
