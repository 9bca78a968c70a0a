/**
 * What the same statements took on Ebb and on a second server (`--beside=PORT`), which was asked file by file in turn, so that both had the
 * same machine. Wall time as the client sees it: connecting, making the database and every statement; not reading and comparing.
 */
import { writeFileSync } from 'node:fs';

interface Wall {
  count: number;
  ownMs: number;
  besideMs: number;
}

/** After this long the runner gives a statement up. */
export const CUT_OFF_MS = 60_000;

export class SideBySide {
  readonly port: number;
  /** By file, then by the statement's first words. */
  readonly #walls = new Map<string, Map<string, Wall>>();
  /** Of the second server: what it answered as the files say, and not. */
  passed = 0;
  failed = 0;
  /** Statements that it was given a minute for, and did not answer. */
  #cutOff = 0;

  constructor(port: number) {
    this.port = port;
  }

  add(file: string, statement: string, ms: { readonly own: number } | { readonly beside: number }): void {
    const kinds = this.#walls.get(file) ?? new Map<string, Wall>();
    this.#walls.set(file, kinds);
    const wall = kinds.get(statement) ?? { count: 0, ownMs: 0, besideMs: 0 };
    kinds.set(statement, wall);
    if ('own' in ms) {
      wall.count++;
      wall.ownMs += ms.own;
    } else {
      wall.besideMs += ms.beside;
      if (ms.beside >= CUT_OFF_MS) this.#cutOff++;
    }
  }

  /** One line for the terminal. */
  summary(): string {
    const walls = [...this.#walls.values()].flatMap((kinds) => [...kinds.values()]);
    const own = walls.reduce((sum, { ownMs }) => sum + ownMs, 0);
    const beside = walls.reduce((sum, { besideMs }) => sum + besideMs, 0);
    const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
    return `wall time: Ebb ${seconds(own)}, the server beside it ${seconds(beside)}, ratio ${(own / beside).toFixed(2)}; it passed ${this.passed}, failed ${this.failed}, ${this.#cutOff} statements were cut off after ${CUT_OFF_MS / 1000} s`;
  }

  /** Tab-separated: file, statement, count, milliseconds on Ebb, on the server beside. */
  write(path: string): void {
    const lines = [...this.#walls].flatMap(([file, kinds]) =>
      [...kinds].map(([kind, { count, ownMs, besideMs }]) =>
        [file, kind, count, ownMs.toFixed(2), besideMs.toFixed(2)].join('\t'),
      ),
    );
    writeFileSync(path, `${lines.join('\n')}\n`);
  }
}

/** SELECT, INSERT, CREATE TABLE …: enough to see where time goes. */
export function statementKind(sql: string): string {
  const [first = '', second = ''] = sql
    .slice(0, 80)
    .trim()
    .toUpperCase()
    .split(/[\s(]+/);
  return ['CREATE', 'DROP'].includes(first) ? `${first} ${second}` : first;
}
