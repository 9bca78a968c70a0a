/**
 * Bringing a value of one expression type to another inside an expression: the branches of CASE to the result type,
 * the arms of a UNION to the column type. Nothing is reported but what implicit conversion reports.
 */
import { decimalOf, doubleOf, intOf, bytesOf, stringOf, type Convert } from './coerce.ts';
import { dateTimeOf, modeDateFlags, timeOf } from './coerce-temporal.ts';
import type { Decimal } from './decimal.ts';
import { enumFromIndex, setFromBits, type EnumValue, type SetValue } from './enum-set.ts';
import type { FieldType } from './field-type.ts';
import { roundDateTime, type DateTime } from './temporal.ts';
import { toJsonOf } from './to-json.ts';
import type { Value } from './value.ts';

/** Undefined when values of `from` are fit for `to` as they are. */
export function converterOf(from: FieldType, to: FieldType): Convert<Value> | undefined {
  if (from.kind === 'null') return undefined;
  switch (to.kind) {
    case 'int':
    case 'year':
    case 'bit':
      return from.kind === 'int' || from.kind === 'year' || from.kind === 'bit' ? undefined : intOf(from);
    case 'double':
      return from.kind === 'double' || from.kind === 'float' ? undefined : doubleOf(from);
    case 'float': {
      if (from.kind === 'float') return undefined;
      const toDouble = doubleOf(from);
      return (value, context) => Math.fround(toDouble(value, context));
    }
    case 'decimal': {
      if (from.kind === 'decimal' && from.decimals === to.decimals) return undefined;
      const toDecimal = decimalOf(from);
      return (value, context) => (toDecimal(value, context) as Decimal).withScale(to.decimals);
    }
    case 'string':
      return from.kind === 'string' ? undefined : stringOf(from);
    case 'binary':
      return from.kind === 'binary' ? undefined : bytesOf(from);
    case 'date': {
      if (from.kind === 'date') return undefined;
      const toDateTime = dateTimeOf(from, modeDateFlags, 'date');
      return (value, context) => toDateTime(value, context)?.ymd ?? null;
    }
    case 'datetime':
    case 'timestamp': {
      if ((from.kind === 'datetime' || from.kind === 'timestamp') && from.decimals <= to.decimals) return undefined;
      const toDateTime = dateTimeOf(from, modeDateFlags);
      return (value, context) => {
        const result = toDateTime(value, context);
        return result === null ? null : (roundDateTime(result as DateTime, to.decimals) ?? null);
      };
    }
    case 'time':
      return from.kind === 'time' ? undefined : timeOf(from);
    case 'json':
      return from.kind === 'json' ? undefined : toJsonOf(from);
    case 'enum':
      return from.kind === 'enum' ? undefined : enumConverter(from, to);
    case 'set':
      return from.kind === 'set' ? undefined : setConverter(from, to);
    case 'null':
      return undefined;
  }
}

function enumConverter(from: FieldType, to: FieldType): Convert<EnumValue> {
  const toText = stringOf(from);
  return (value) => enumFromIndex((to.elements ?? []).indexOf(toText(value)) + 1, to.elements ?? []);
}

function setConverter(from: FieldType, to: FieldType): Convert<SetValue> {
  const toInt = intOf(from);
  return (value, context) => setFromBits(toInt(value, context), to.elements ?? []);
}
