/**
 * The shell itself: reads lines, runs what they say, prints results. It knows neither terminals nor sockets: lines come
 * in by `line`, text goes out by `write`.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { SqlError, decodeEscapedUtf8 } from '../../base/index.ts';
import { describeError } from '../errors.ts';
import { render, type Layout } from './render.ts';
import { StatementSplitter, type Piece } from './statement-splitter.ts';
import type { ShellConnection, ShellOk } from './shell-connection.ts';

export interface ShellOptions {
  readonly layout: Layout;
  readonly header: boolean;
  /** Row counts and timing after each result. */
  readonly chatty: boolean;
  /** Go on after an error in a file. */
  readonly force: boolean;
  write(text: string): void;
  complain(text: string): void;
  /** Shows how far long work is; undefined clears the line. */
  progress(text: string | undefined): void;
}

const SOURCE_DEPTH_MAX = 16;
const PROGRESS_EVERY_MS = 500;

/** Ends the shell with an exit code. */
export class ShellExit extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('the shell has ended');
    this.exitCode = exitCode;
  }
}

export class Shell {
  readonly #connection: ShellConnection;
  readonly #options: ShellOptions;
  #sourceDepth = 0;
  #running = false;

  constructor(connection: ShellConnection, options: ShellOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  /** A statement is running: Ctrl-C should end it, not the shell. */
  get running(): boolean {
    return this.#running;
  }

  async line(splitter: StatementSplitter, text: string): Promise<void> {
    for (const piece of splitter.feed(text)) await this.piece(piece);
  }

  async piece(piece: Piece): Promise<void> {
    if (piece.kind === 'command') return this.#command(piece.name, piece.argument);
    this.#running = true;
    try {
      await this.#statement(piece.sql, piece.vertical);
    } finally {
      this.#running = false;
      this.#options.progress(undefined);
    }
  }

  /**
   * All of an input that is no terminal; a failing statement ends it unless `force`. Lines of a file come as Latin-1, one
   * character a byte: dumps hold bytes that are not UTF-8.
   */
  async stream(
    lines: AsyncIterable<string>,
    bytesRead: () => number,
    encoding: 'latin1' | 'text' = 'latin1',
  ): Promise<void> {
    const splitter = new StatementSplitter();
    let statements = 0;
    let toldAt = Date.now();
    const one = async (piece: Piece): Promise<void> => {
      await this.piece(encoding === 'latin1' ? decoded(piece) : piece);
      statements++;
      if (Date.now() - toldAt < PROGRESS_EVERY_MS) return;
      toldAt = Date.now();
      this.#options.progress(`${statements} statements, ${(bytesRead() / 1e6).toFixed(1)} MB read`);
    };
    for await (const line of lines) for (const piece of splitter.feed(line)) await one(piece);
    const rest = splitter.end();
    if (rest !== undefined) await one(rest);
    this.#options.progress(undefined);
  }

  async #statement(sql: string, vertical: boolean): Promise<void> {
    const started = performance.now();
    const ticking = this.#showLoading();
    try {
      const result = await this.#connection.run(sql);
      const seconds = (): string => ((performance.now() - started) / 1000).toFixed(2);
      if (result.kind === 'ok') return this.#ok(result, seconds());
      const { layout, header } = this.#options;
      const count = await render(result, { layout: vertical ? 'vertical' : layout, header }, this.#options.write);
      if (!this.#options.chatty) return;
      const rows = count === 0 ? 'Empty set' : `${count} row${count === 1 ? '' : 's'} in set`;
      this.#options.write(`${rows}${warnings(result.warningCount())} (${seconds()} sec)\n\n`);
    } catch (error) {
      this.#failed(error);
    } finally {
      clearInterval(ticking);
    }
  }

  #ok(result: ShellOk, seconds: string): void {
    if (!this.#options.chatty) return;
    const rows = `${result.affectedRows} row${result.affectedRows === 1 ? '' : 's'} affected`;
    const info = result.info === '' ? '' : `${result.info}\n`;
    this.#options.write(`Query OK, ${rows}${warnings(result.warningCount)} (${seconds} sec)\n${info}\n`);
  }

  #failed(error: unknown): void {
    const known = error instanceof SqlError;
    const { message } = describeError(error);
    this.#options.complain(`${known ? '' : 'ERROR: '}${message}\n`);
    if (!known) throw new ShellExit(1);
    if (!this.#options.chatty && !this.#options.force) throw new ShellExit(1);
    if (this.#sourceDepth > 0 && !this.#options.force && !this.#options.chatty) throw new ShellExit(1);
  }

  /** LOAD DATA LOCAL says how far it is. */
  #showLoading(): ReturnType<typeof setInterval> {
    const ticking = setInterval(() => {
      const bytes = this.#connection.loadedBytes();
      if (bytes > 0) this.#options.progress(`${(bytes / 1e6).toFixed(1)} MB loaded`);
    }, PROGRESS_EVERY_MS);
    ticking.unref();
    return ticking;
  }

  async #command(name: string, argument: string): Promise<void> {
    switch (name) {
      case 'quit':
        throw new ShellExit(0);
      case 'help':
        return this.#options.write(HELP);
      case 'status':
        return this.#options.write(`${this.#connection.description}\n`);
      case 'use':
        return this.#use(argument);
      case 'source':
        return this.#source(argument);
      default:
        return;
    }
  }

  async #use(argument: string): Promise<void> {
    const name = argument.replace(/^`(.*)`$/s, '$1').replaceAll('``', '`');
    try {
      await this.#connection.run(`USE \`${name.replaceAll('`', '``')}\``);
      if (this.#options.chatty) this.#options.write('Database changed\n');
    } catch (error) {
      this.#failed(error);
    }
  }

  async #source(path: string): Promise<void> {
    if (this.#sourceDepth >= SOURCE_DEPTH_MAX)
      return this.#failed(new SqlError('', 1105, 'HY000', `source is nested more than ${SOURCE_DEPTH_MAX} deep`));
    const input = createReadStream(path, { encoding: 'latin1' });
    try {
      await new Promise<void>((resolve, reject) => input.once('open', () => resolve()).once('error', reject));
    } catch {
      return this.#failed(new SqlError('', 1105, 'HY000', `cannot read ${path}`));
    }
    this.#sourceDepth++;
    try {
      await this.stream(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }), () => input.bytesRead);
    } finally {
      this.#sourceDepth--;
    }
  }
}

function decoded(piece: Piece): Piece {
  const text = (latin1: string): string => decodeEscapedUtf8(Buffer.from(latin1, 'latin1'));
  return piece.kind === 'statement' ? { ...piece, sql: text(piece.sql) } : { ...piece, argument: text(piece.argument) };
}

function warnings(count: number): string {
  return count === 0 ? '' : `, ${count} warning${count === 1 ? '' : 's'}`;
}

const HELP = `Statements end with ; or with \\G for one field per line.
  help        \\h   this text
  use db      \\u   choose a database
  source file \\.   run the statements of a file
  delimiter x \\d   end statements with x
  clear       \\c   forget the statement being typed
  status      \\s   what the shell is connected to
  quit        \\q   leave (Ctrl-D too); Ctrl-C ends a running statement
`;
