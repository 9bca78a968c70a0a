/**
 * Cuts text into statements as it arrives: at the delimiter, outside quotes and comments; and finds the shell's own
 * commands. Fed line by line, so that a file of any size needs memory for one statement only.
 */
export type Piece =
  | { readonly kind: 'statement'; readonly sql: string; readonly vertical: boolean }
  | { readonly kind: 'command'; readonly name: string; readonly argument: string };

type Mode = 'plain' | "'" | '"' | '`' | 'block comment';

/** Commands that are a line of their own; the rest of the line is the argument. */
const LINE_COMMANDS = /^\s*(delimiter|source|use|quit|exit|help|status|clear)\b\s*(.*?)\s*$/i;
const BACKSLASH: Readonly<Record<string, string>> = {
  q: 'quit',
  h: 'help',
  '?': 'help',
  s: 'status',
  c: 'clear',
  u: 'use',
  '.': 'source',
  d: 'delimiter',
};

export class StatementSplitter {
  #delimiter = ';';
  #buffer = '';
  #mode: Mode = 'plain';

  /** Text of an unfinished statement is waiting. */
  get pending(): boolean {
    return this.#buffer.trim() !== '';
  }

  /** The open quote or comment, for the prompt; '' when there is none. */
  get inside(): string {
    return this.#mode === 'plain' ? '' : this.#mode === 'block comment' ? '/*' : this.#mode;
  }

  clear(): void {
    this.#buffer = '';
    this.#mode = 'plain';
  }

  /** One line without its line end. */
  *feed(line: string): Generator<Piece> {
    if (this.#mode === 'plain' && !this.pending) {
      const command = lineCommand(line, this.#delimiter);
      if (command !== undefined) {
        this.#buffer = '';
        yield this.#own(command);
        return;
      }
    }
    let from = 0;
    let at = 0;
    while (at < line.length) {
      if (this.#mode !== 'plain') {
        at = this.#skipQuoted(line, at);
        continue;
      }
      if (startsLineComment(line, at)) {
        // A comment on its own does not begin a statement.
        if (`${this.#buffer}${line.slice(from, at)}`.trim() === '') from = line.length;
        at = line.length;
      } else if (line.startsWith(this.#delimiter, at)) {
        const piece = this.#take(line.slice(from, at), false);
        at += this.#delimiter.length;
        from = at;
        if (piece !== undefined) yield piece;
      } else if (line[at] === '\\' && at + 1 < line.length) {
        const piece = this.#backslash(line, from, at);
        if (piece.piece !== undefined) yield piece.piece;
        from = piece.next;
        at = piece.next;
      } else at = this.#enter(line, at);
    }
    this.#buffer += `${line.slice(from)}\n`;
    if (!this.pending && this.#mode === 'plain') this.#buffer = '';
  }

  /** What is left at the end of the input, run without a delimiter. */
  end(): Piece | undefined {
    const piece = this.#take('', false);
    this.clear();
    return piece;
  }

  #own(command: { name: string; argument: string }): Piece {
    if (command.name === 'delimiter' && command.argument !== '')
      this.#delimiter = command.argument.split(/\s/)[0] as string;
    return { kind: 'command', ...command };
  }

  #enter(line: string, at: number): number {
    const character = line[at] as string;
    if (character === "'" || character === '"' || character === '`') this.#mode = character;
    else if (line.startsWith('/*', at)) {
      this.#mode = 'block comment';
      return at + 2;
    }
    return at + 1;
  }

  /** Moves to the end of the quote or comment, or of the line. */
  #skipQuoted(line: string, start: number): number {
    if (this.#mode === 'block comment') {
      const end = line.indexOf('*/', start);
      if (end < 0) return line.length;
      this.#mode = 'plain';
      return end + 2;
    }
    for (let at = start; at < line.length; at++) {
      if (line[at] === '\\' && this.#mode !== '`') at++;
      else if (line[at] === this.#mode) {
        this.#mode = 'plain';
        return at + 1;
      }
    }
    return line.length;
  }

  #backslash(line: string, from: number, at: number): { piece: Piece | undefined; next: number } {
    const letter = line[at + 1] as string;
    if (letter === 'G' || letter === 'g')
      return { piece: this.#take(line.slice(from, at), letter === 'G'), next: at + 2 };
    const name = BACKSLASH[letter];
    if (name === undefined) return { piece: undefined, next: this.#keep(line, from, at) };
    if (name === 'clear') this.clear();
    else this.#buffer += line.slice(from, at);
    return { piece: this.#own({ name, argument: line.slice(at + 2).trim() }), next: line.length };
  }

  #keep(line: string, from: number, at: number): number {
    this.#buffer += line.slice(from, at + 2);
    return at + 2;
  }

  #take(tail: string, vertical: boolean): Piece | undefined {
    const sql = (this.#buffer + tail).trim();
    this.#buffer = '';
    return sql === '' ? undefined : { kind: 'statement', sql, vertical };
  }
}

function startsLineComment(line: string, at: number): boolean {
  if (line[at] === '#') return true;
  return line.startsWith('--', at) && (at + 2 === line.length || /\s/.test(line[at + 2] as string));
}

function lineCommand(line: string, delimiter: string): { name: string; argument: string } | undefined {
  const match = LINE_COMMANDS.exec(line);
  if (match === null) return undefined;
  const name = (match[1] as string).toLowerCase();
  let argument = match[2] as string;
  if (name !== 'delimiter' && argument.endsWith(delimiter)) argument = argument.slice(0, -delimiter.length).trim();
  // USE is SQL too, and a line such as "help me" is no command.
  if (name === 'use' && !/^(`[^`]+`|[^\s;]+)$/.test(argument)) return undefined;
  if (['quit', 'exit', 'help', 'status', 'clear'].includes(name) && argument !== '') return undefined;
  return { name: name === 'exit' ? 'quit' : name, argument };
}
