/** Sequences as one session uses them: what its statements name, what it was given last, what must be durable before an answer. */
import type { MaybePromise } from '../../base/index.ts';
import type { EvalSession } from '../../sql/expr/index.ts';
import type { Sequences } from '../tidb/sequences.ts';

type SequencePort = NonNullable<NonNullable<EvalSession['additions']>['sequences']>;

export class SessionSequences {
  readonly #sequences: () => Sequences;
  readonly #last = new Map<string, bigint>();
  /** Of the statement that is planned: numbers are reserved before it runs. */
  #named: { readonly schema: string; readonly name: string }[] | undefined;
  #work: Promise<unknown> | undefined;
  readonly port: SequencePort = {
    next: (schema, name) => {
      const value = this.#sequences().next(schema, name);
      this.#last.set(`${schema}\u0000${name}`, value);
      return value;
    },
    set: (schema, name, value) => {
      const { set, done } = this.#sequences().set(schema, name, value);
      this.#work = Promise.all([this.#work, done]);
      return set;
    },
    last: (schema, name) => this.#last.get(`${schema}\u0000${name}`),
  };

  constructor(sequences: () => Sequences) {
    this.#sequences = sequences;
  }

  use(schema: string, name: string): void {
    (this.#named ??= []).push({ schema, name });
  }

  forget(): void {
    this.#named = undefined;
  }

  /** Before a statement that takes numbers. */
  prepare(): MaybePromise<void> {
    const named = this.#named;
    if (named === undefined) return undefined;
    this.#named = undefined;
    const sequences = this.#sequences();
    return Promise.all(named.map(({ schema, name }) => sequences.prepare(schema, name))).then(() => undefined);
  }

  /** After one that set a sequence: it is durable before the answer goes out. */
  settled(): MaybePromise<void> {
    const work = this.#work;
    this.#work = undefined;
    return work?.then(() => undefined);
  }
}
