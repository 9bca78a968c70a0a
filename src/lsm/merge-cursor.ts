/**
 * The cursor over several sources: merges by key, lets the newest version win, drops deletions, and hands out runs.
 *
 * It works run by run, not row by row: the source with the smallest key gives all its rows that come before the next
 * source's key as one run (found by galloping), so that a large table under a small memtable is read at block speed.
 * With a single source its runs pass through untouched. Keys of a bounded scan mostly differ in their last bytes only: what
 * both bounds begin with, every key between them begins with, and it is not compared again.
 *
 * Interleaving: sources pin what they read by reference, so nothing that happens across an await changes the result.
 */
import { type Bytes, DbError, type MaybePromise } from '../base/index.ts';
import type { Cursor, RowRun } from './cursor.ts';
import { emptyRun, type RunSource, type SourceRun } from './run-source.ts';

/** One source and how far its present run is used up. */
class Input {
  readonly source: RunSource;
  readonly run: SourceRun;
  position = 0;
  done = false;

  constructor(source: RunSource) {
    this.source = source;
    this.run = source.run;
  }

  settle(more: boolean): void {
    if (more) this.position = this.run.from;
    else this.done = true;
  }

  timestampAt(row: number): number {
    const timestamps = this.run.timestamps;
    return timestamps === undefined ? this.run.timestamp : (timestamps[row] as number);
  }
}

export interface MergeCursorOptions {
  readonly reverse: boolean;
  /** Every key of every source begins with the same so many bytes. */
  readonly sharedBytes: number;
  /** Lets others use the thread. */
  pause(): Promise<void>;
  onClose(): void;
}

/** Runs of nothing but deletions that are passed over before the thread is given away: some milliseconds of work. */
const FRUITLESS_MAX = 256;

export class MergeCursor implements Cursor {
  readonly run: RowRun = emptyRun();
  readonly #inputs: Input[];
  readonly #reverse: boolean;
  readonly #shared: number;
  readonly #options: MergeCursorOptions;
  /** Some input may be at the end of its run. */
  #dry = true;
  /** The first `#ties` of these are at the same key as the smallest input. */
  readonly #tied: Input[] = [];
  #ties = 0;
  #fruitless = 0;
  #closed = false;
  #row = 0;
  buffer: Uint8Array = this.run.buffer;
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;

  constructor(sources: readonly RunSource[], options: MergeCursorOptions) {
    this.#inputs = sources.map((source) => new Input(source));
    this.#reverse = options.reverse;
    this.#shared = options.sharedBytes;
    this.#options = options;
  }

  next(): MaybePromise<boolean> {
    const row = this.#row + 1;
    if (row < this.run.to) {
      this.#setRow(row);
      return true;
    }
    const more = this.nextRun();
    if (more instanceof Promise) return more.then((found) => this.#enterRun(found));
    return this.#enterRun(more);
  }

  nextRun(): MaybePromise<boolean> {
    if (this.#closed) throw new DbError('closed', 'cursor-closed', 'the cursor is closed');
    for (;;) {
      if (this.#dry) {
        const loading = this.#fill();
        if (loading !== undefined) return loading.then(() => this.nextRun());
      }
      const input = this.#smallest();
      if (input === undefined) {
        this.run.from = 0;
        this.run.to = 0;
        this.#row = 0;
        return false;
      }
      if (this.#ties > 0 ? this.#emitNewest(input) : this.#emitUpToNext(input)) return true;
      if (++this.#fruitless < FRUITLESS_MAX) continue;
      this.#fruitless = 0;
      return this.#options.pause().then(() => this.nextRun());
    }
  }

  seek(key: Bytes): void {
    for (const input of this.#inputs) {
      input.source.seek(key);
      input.done = false;
      input.position = input.run.to;
    }
    this.#dry = true;
    this.run.from = 0;
    this.run.to = 0;
    this.#row = 0;
  }

  key(): Bytes {
    return this.buffer.subarray(this.keyStart, this.keyEnd);
  }

  value(): Bytes {
    return this.buffer.subarray(this.valueStart, this.valueEnd);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const input of this.#inputs) input.source.close();
    this.#options.onClose();
  }

  #enterRun(found: boolean): boolean {
    if (found) this.#setRow(this.run.from);
    return found;
  }

  #setRow(row: number): void {
    const run = this.run;
    this.#row = row;
    this.buffer = run.buffer;
    this.keyStart = run.keyStarts[row] as number;
    this.keyEnd = run.keyEnds[row] as number;
    this.valueStart = run.valueStarts[row] as number;
    this.valueEnd = run.valueEnds[row] as number;
  }

  /** Gives every live input a row; the loads of several inputs run at the same time. */
  #fill(): Promise<unknown> | undefined {
    let loads: Promise<void>[] | undefined;
    for (const input of this.#inputs) {
      if (input.done || input.position < input.run.to) continue;
      const more = input.source.advance();
      if (more instanceof Promise) {
        loads ??= [];
        loads.push(more.then((found) => input.settle(found)));
      } else {
        input.settle(more);
      }
    }
    this.#dry = loads !== undefined;
    return loads === undefined ? undefined : Promise.all(loads);
  }

  /** The input whose row comes first; those with the same key are the first `#ties` in `#tied` then. */
  #smallest(): Input | undefined {
    let ties = 0;
    let best: Input | undefined;
    for (const input of this.#inputs) {
      if (input.done) continue;
      if (best === undefined) {
        best = input;
        continue;
      }
      const order = this.#compare(input, input.position, best, best.position);
      if (order > 0) continue;
      if (order < 0) {
        best = input;
        ties = 0;
      } else {
        this.#tied[ties++] = input;
      }
    }
    this.#ties = ties;
    return best;
  }

  /** Several inputs have the key: the newest version is handed out, the others are used up. False when it is a deletion. */
  #emitNewest(first: Input): boolean {
    let winner = first;
    for (let i = 0; i < this.#ties; i++) {
      const other = this.#tied[i] as Input;
      if (other.timestampAt(other.position) > winner.timestampAt(winner.position)) winner = other;
    }
    const row = winner.position;
    if (this.#ties === 1) {
      const end = this.#emitTiedRows(winner, winner === first ? (this.#tied[0] as Input) : first);
      return this.#emitRange(winner, row, end);
    }
    this.#skip(first);
    for (let i = 0; i < this.#ties; i++) this.#skip(this.#tied[i] as Input);
    return this.#emitRange(winner, row, row + 1);
  }

  /**
   * Where rows are changed again and again, a memtable and a table have the same keys one after the other: they go out as one run.
   * Uses up the loser's rows and returns where the winner's run of newest rows ends.
   */
  #emitTiedRows(winner: Input, loser: Input): number {
    const bound = this.#firstBut(winner, loser);
    const winnerEnd = winner.run.to;
    const loserEnd = loser.run.to;
    let row = winner.position + 1;
    let other = loser.position + 1;
    while (row < winnerEnd && other < loserEnd && this.#compare(winner, row, loser, other) === 0) {
      if (winner.timestampAt(row) <= loser.timestampAt(other)) break;
      if (bound !== undefined && this.#compare(winner, row, bound, bound.position) >= 0) break;
      row++;
      other++;
    }
    loser.position = other;
    if (other >= loserEnd) this.#dry = true;
    return row;
  }

  #skip(input: Input): void {
    if (++input.position >= input.run.to) this.#dry = true;
  }

  /** Hands out the rows of `input` that come before every other input's; false when they were all deleted. */
  #emitUpToNext(input: Input): boolean {
    const first = input.position;
    const bound = this.#firstBut(input, input);
    const end = bound === undefined ? input.run.to : this.#gallop(input, first, bound);
    return this.#emitRange(input, first, end);
  }

  /** The input whose row comes first when two are left out. */
  #firstBut(one: Input, another: Input): Input | undefined {
    let bound: Input | undefined;
    for (const other of this.#inputs) {
      if (other === one || other === another || other.done) continue;
      if (bound === undefined || this.#compare(other, other.position, bound, bound.position) < 0) bound = other;
    }
    return bound;
  }

  #emitRange(input: Input, from: number, to: number): boolean {
    const source = input.run;
    let start = from;
    let stop = to;
    if (source.deletions) {
      const starts = source.valueStarts;
      while (start < to && (starts[start] as number) < 0) start++;
      stop = start;
      while (stop < to && (starts[stop] as number) >= 0) stop++;
    }
    input.position = stop;
    if (stop >= source.to) this.#dry = true;
    if (start === stop) return false;
    const run = this.run;
    run.buffer = source.buffer;
    run.keyStarts = source.keyStarts;
    run.keyEnds = source.keyEnds;
    run.valueStarts = source.valueStarts;
    run.valueEnds = source.valueEnds;
    run.from = start;
    run.to = stop;
    this.#row = stop; // `next` after `nextRun` continues behind the run
    return true;
  }

  /** The first row of `input` after `from` that does not come before `bound`'s row. */
  #gallop(input: Input, from: number, bound: Input): number {
    const end = input.run.to;
    let low = from + 1; // row `from` is known to come before
    let step = 1;
    let high = low;
    while (high < end && this.#compare(input, high, bound, bound.position) < 0) {
      low = high + 1;
      high += step;
      step *= 2;
    }
    if (high > end) high = end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(input, middle, bound, bound.position) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(a: Input, aRow: number, b: Input, bRow: number): number {
    const x = a.run;
    const y = b.run;
    const xBytes = x.buffer;
    const yBytes = y.buffer;
    const xEnd = x.keyEnds[aRow] as number;
    const yEnd = y.keyEnds[bRow] as number;
    let i = (x.keyStarts[aRow] as number) + this.#shared;
    let j = (y.keyStarts[bRow] as number) + this.#shared;
    let order = xEnd - i - (yEnd - j);
    for (const end = order < 0 ? xEnd : i + (yEnd - j); i < end; i++, j++) {
      const difference = (xBytes[i] as number) - (yBytes[j] as number);
      if (difference === 0) continue;
      order = difference;
      break;
    }
    return this.#reverse ? -order : order;
  }
}
