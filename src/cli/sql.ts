/** `ebb sql`: a shell on a running server, on a data folder, or in memory. */
import { createInterface, type Interface } from 'node:readline';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { optionsHelp, parseAddress, parseOptions, textOption, type OptionSpec, type Parsed } from './arguments.ts';
import { UsageError } from './errors.ts';
import { Shell, ShellExit, type ShellOptions } from './shell/shell.ts';
import type { ShellConnection } from './shell/shell-connection.ts';
import { StatementSplitter } from './shell/statement-splitter.ts';

const OPTIONS: Readonly<Record<string, OptionSpec>> = {
  host: { type: 'string', short: 'h', help: '<host>  server to connect to (default 127.0.0.1 when a port is given)' },
  port: { type: 'string', short: 'P', help: '<port>  port of the server (default 4000)' },
  user: { type: 'string', short: 'u', help: '<name>  account (default root)' },
  password: { type: 'string', short: 'p', help: '<text>  its password (or the variable EBB_PASSWORD)' },
  tls: { type: 'boolean', help: 'connect with TLS (the certificate is not checked)' },
  data: {
    type: 'string',
    short: 'd',
    help: '<folder>  open this data folder here, without a server; memory: for none',
  },
  database: { type: 'string', short: 'D', help: '<name>  database to use' },
  execute: { type: 'string', short: 'e', help: '<sql>  run these statements and leave' },
  table: { type: 'boolean', short: 't', help: 'print tables even when the output is no terminal' },
  batch: { type: 'boolean', short: 'B', help: 'print tab-separated lines' },
  vertical: { type: 'boolean', short: 'E', help: 'print one field per line' },
  'skip-column-names': { type: 'boolean', short: 'N', help: 'leave the column names out' },
  force: { type: 'boolean', short: 'f', help: 'go on after an error' },
};

const HISTORY_LINES = 1000;

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, OPTIONS);
  if (parsed.values['help'] === true) {
    process.stdout.write(
      `ebb sql [options] [database]\n\nWithout --host, --port or --data it uses the server on 127.0.0.1:4000.\n\n${optionsHelp(OPTIONS)}\n`,
    );
    return 0;
  }
  const connection = await connect(parsed);
  try {
    return await converse(connection, parsed);
  } catch (error) {
    if (error instanceof ShellExit) return error.exitCode;
    throw error;
  } finally {
    await connection.close();
  }
}

async function connect(parsed: Parsed): Promise<ShellConnection> {
  if (parsed.positionals.length > 1)
    throw new UsageError(`ebb sql takes one database, not '${parsed.positionals.join(' ')}'`);
  const database = textOption(parsed, 'database') ?? parsed.positionals[0];
  const data = textOption(parsed, 'data');
  if (data !== undefined) {
    if (textOption(parsed, 'host') !== undefined || textOption(parsed, 'port') !== undefined)
      throw new UsageError('--data opens a folder here; it does not go with --host or --port');
    const { openEmbedded } = await import('./shell/embedded-connection.ts');
    return openEmbedded(data, database);
  }
  const { connectRemote } = await import('./shell/remote-connection.ts');
  return connectRemote({
    host: textOption(parsed, 'host') ?? '127.0.0.1',
    port: parseAddress(textOption(parsed, 'port') ?? '4000').port,
    user: textOption(parsed, 'user') ?? 'root',
    password: textOption(parsed, 'password') ?? process.env['EBB_PASSWORD'] ?? '',
    database,
    tls: parsed.values['tls'] === true,
  });
}

async function converse(connection: ShellConnection, parsed: Parsed): Promise<number> {
  const statements = textOption(parsed, 'execute');
  const interactive = statements === undefined && process.stdin.isTTY === true;
  const shell = new Shell(connection, shellOptions(parsed, interactive));
  if (statements !== undefined) {
    await shell.stream(linesOf(statements), () => statements.length, 'text');
    return 0;
  }
  if (interactive) return converseAtTerminal(shell, connection);
  const input = process.stdin;
  let bytes = 0;
  input.setEncoding('latin1');
  input.on('data', (chunk: string) => (bytes += chunk.length));
  await shell.stream(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }), () => bytes);
  return 0;
}

function shellOptions(parsed: Parsed, interactive: boolean): ShellOptions {
  const on = (name: string): boolean => parsed.values[name] === true;
  const table = on('table') || (interactive && !on('batch')) || (process.stdout.isTTY === true && !on('batch'));
  const showsProgress = process.stderr.isTTY === true;
  return {
    layout: on('vertical') ? 'vertical' : table ? 'table' : 'batch',
    header: !on('skip-column-names'),
    chatty: interactive,
    force: on('force'),
    write: (text) => void process.stdout.write(text),
    complain: (text) => void process.stderr.write(text),
    progress: (text) =>
      void (showsProgress && process.stderr.write(text === undefined ? '\r\x1b[K' : `\r\x1b[K${text}`)),
  };
}

async function* linesOf(text: string): AsyncGenerator<string> {
  yield* text.split(/\r?\n/);
}

async function converseAtTerminal(shell: Shell, connection: ShellConnection): Promise<number> {
  const historyPath = join(homedir(), '.ebb_history');
  const splitter = new StatementSplitter();
  const readline = createInterface({
    input: process.stdin,
    output: process.stdout,
    historySize: HISTORY_LINES,
    history: existsSync(historyPath)
      ? readFileSync(historyPath, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
      : [],
    removeHistoryDuplicates: true,
  });
  readline.on('history', (history: string[]) => saveHistory(historyPath, history));
  readline.on('SIGINT', () => {
    if (shell.running) return connection.interrupt();
    if (splitter.pending) {
      splitter.clear();
      process.stdout.write('^C\n');
      return prompt(readline, splitter);
    }
    readline.close();
  });
  process.stdout.write(`${connection.description}\nType 'help' or '\\h' for help, '\\q' to leave.\n\n`);
  prompt(readline, splitter);
  try {
    for await (const line of readline) {
      await shell.line(splitter, line);
      prompt(readline, splitter);
    }
  } finally {
    readline.close();
  }
  process.stdout.write('Bye\n');
  return 0;
}

function prompt(readline: Interface, splitter: StatementSplitter): void {
  const inside = splitter.inside;
  readline.setPrompt(inside !== '' ? `${inside.padStart(4)}> ` : splitter.pending ? '  -> ' : 'ebb> ');
  readline.prompt();
}

/** Passwords in statements are nobody else's business. */
function saveHistory(path: string, history: readonly string[]): void {
  const lines = history.filter((line) => !/\b(identified\s+(with\s+\S+\s+)?by|set\s+password)\b/i.test(line));
  try {
    writeFileSync(path, `${lines.slice(0, HISTORY_LINES).join('\n')}\n`, { mode: 0o600 });
    chmodSync(path, 0o600);
  } catch {
    // A shell without a home still works.
  }
}
