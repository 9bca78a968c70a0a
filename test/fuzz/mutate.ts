/** Damaged copies of statements, by bytes and by tokens; the same seed gives the same copies. */

/** xorshift32: small, and the same everywhere. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0 || 1;
  }

  /** An integer in [0, sides). */
  roll(sides: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % sides;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.roll(items.length)] as Item;
  }
}

const FRAGMENTS = [
  '(',
  ')',
  ',',
  ';',
  '.',
  "'",
  '"',
  '`',
  '/*',
  '*/',
  '/*!80000 ',
  '/*+ ',
  '-- ',
  '#',
  '@',
  '@@',
  ':=',
  '?',
  '->',
  '||',
  '\\',
  '0x',
  "x'",
  '1e',
  '\0',
  '\u00e9',
  '\u{1f600}',
  'select',
  'from',
  'union',
  'with',
  'interval',
  'case',
  'not',
  'in',
  'values',
  'lateral',
  'partition',
  'begin',
  'end',
  'over',
  'row',
  'null',
  'default',
  '*',
  '99999999999999999999999',
];
const TOKEN = /\s+|\w+|'[^']*'|`[^`]*`|[^\s\w]/g;

const LENGTH_MAX = 200_000;

export function mutate(sql: string, other: string, dice: Dice): string {
  let text = sql;
  for (let changes = 1 + dice.roll(4); changes > 0; changes--) {
    text = dice.roll(2) === 0 ? mutateBytes(text, dice) : mutateTokens(text, other, dice);
  }
  return text.slice(0, LENGTH_MAX);
}

function mutateBytes(text: string, dice: Dice): string {
  const at = dice.roll(text.length + 1);
  switch (dice.roll(4)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1 + dice.roll(3));
    case 1:
      return text.slice(0, at) + String.fromCharCode(dice.roll(300)) + text.slice(at);
    case 2:
      return text.slice(0, at);
    default:
      return text.slice(0, at) + dice.pick(FRAGMENTS) + text.slice(at);
  }
}

function mutateTokens(text: string, other: string, dice: Dice): string {
  const tokens = text.match(TOKEN) ?? [''];
  const at = dice.roll(tokens.length);
  switch (dice.roll(5)) {
    case 0:
      tokens.splice(at, 1 + dice.roll(3));
      break;
    case 1:
      tokens.splice(at, 0, tokens[dice.roll(tokens.length)] as string);
      break;
    case 2:
      tokens[at] = ` ${dice.pick(FRAGMENTS)} `;
      break;
    case 3:
      tokens.splice(at, 0, ...(other.match(TOKEN) ?? []).slice(dice.roll(5), 5 + dice.roll(20)));
      break;
    default: {
      // the same stretch again and again: deep nesting, long chains
      const stretch = tokens.slice(at, at + 1 + dice.roll(3)).join('');
      tokens.splice(at, 0, stretch.repeat(1 + dice.roll(200)));
    }
  }
  return tokens.join('');
}
