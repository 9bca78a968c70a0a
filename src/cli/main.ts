#!/usr/bin/env -S node --max-semi-space-size=32
/** The `ebb` command: finds the subcommand, loads only that, and turns errors into one clear line and an exit code. */
import { useCompileCache } from './compile-cache.ts';
import { describeError, UsageError } from './errors.ts';
import { nearest } from './nearest.ts';

interface Subcommand {
  readonly summary: string;
  load(): Promise<{ run(args: readonly string[]): Promise<number> }>;
}

const COMMANDS: Readonly<Record<string, Subcommand>> = {
  start: { summary: 'Run a server on a data folder', load: () => import('./start.ts') },
  sql: { summary: 'Open an SQL shell, on a server or on a data folder', load: () => import('./sql.ts') },
  project: {
    summary: 'Create, list and drop projects: many databases on one server',
    load: () => import('./project.ts'),
  },
  version: { summary: 'Print the version', load: () => import('./version.ts') },
};

export function helpText(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ebb ${name.padEnd(width)}   ${summary}`);
  return [
    'Ebb is a MySQL-compatible database.',
    '',
    ...lines,
    '',
    "Run 'ebb <command> --help' for its options. First steps:",
    '',
    '  ebb start                          serve ./ebb-data on 127.0.0.1:4000',
    '  mysql -h 127.0.0.1 -P 4000 -u root connect with any MySQL client, or: ebb sql --port 4000',
    '',
  ].join('\n');
}

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(helpText());
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS[name === '--version' || name === '-v' ? 'version' : name];
  if (command === undefined) {
    const guess = nearest(name, Object.keys(COMMANDS));
    throw new UsageError(`there is no command '${name}'${guess === undefined ? '' : `; did you mean '${guess}'?`}`);
  }
  return (await command.load()).run(rest);
}

useCompileCache();
// The S3 client's warning that its later versions leave Node 20 is ours to heed (docs/decisions/0041), not the user's.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { message, exitCode } = describeError(error);
  process.stderr.write(`ebb: ${message}\n`);
  process.exitCode = exitCode;
}
