/** ENUM and SET values: the number that is stored and compared, and the text that is shown. Immutable and shareable. */

/** `index` is 1-based; 0 is the error value '' that non-strict mode stores for an invalid member. */
export class EnumValue {
  readonly index: number;
  readonly text: string;

  constructor(index: number, text: string) {
    this.index = index;
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** `bits`: bit i is member i; a number while safe, a bigint for sets with more than 53 members in use. */
export class SetValue {
  readonly bits: number | bigint;
  readonly text: string;

  constructor(bits: number | bigint, text: string) {
    this.bits = bits;
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export function enumFromIndex(index: number, elements: readonly string[]): EnumValue {
  return new EnumValue(index, index === 0 ? '' : (elements[index - 1] ?? ''));
}

export function setFromBits(bits: number | bigint, elements: readonly string[]): SetValue {
  const mask = BigInt(bits);
  const chosen = elements.filter((_, i) => (mask >> BigInt(i)) & 1n);
  const small = mask <= 9007199254740991n ? Number(mask) : mask;
  return new SetValue(small, chosen.join(','));
}
