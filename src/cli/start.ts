/**
 * `ebb start`: opens a data folder and serves it until SIGINT or SIGTERM.
 *
 * The first signal stops accepting, lets running statements end within a grace time, flushes and closes; a second one
 * ends the process at once, which loses nothing acknowledged either.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openEngine, type OpenedEngine } from '../engine/index.ts';
import { Fleet } from '../serverless/index.ts';
import { MysqlServer, loadServerKeys, makeServerKeys, type ServerKeys } from '../wire/index.ts';
import {
  formatBytes,
  optionsHelp,
  parseAddress,
  parseBytes,
  parseOptions,
  textOption,
  type OptionSpec,
} from './arguments.ts';
import { writeCompileCache } from './compile-cache.ts';
import { UsageError } from './errors.ts';
import { packageVersion } from './version.ts';

const IN_MEMORY = 'memory:';
const OPTIONS: Readonly<Record<string, OptionSpec>> = {
  listen: { type: 'string', short: 'l', help: '<host:port>  address for MySQL clients (default 127.0.0.1:4000)' },
  data: {
    type: 'string',
    short: 'd',
    help: '<folder>  where the data is, made when missing (default ./ebb-data); memory: for none',
  },
  store: {
    type: 'string',
    short: 's',
    help: '<url>  where objects are: file:<folder> or s3://bucket/prefix?endpoint=URL (default in the data folder)',
  },
  log: {
    type: 'string',
    help: '<url>  where the commit log is: file:<folder> or store: (default in the data folder; store: with --store s3:)',
  },
  'memory-budget': {
    type: 'string',
    short: 'm',
    help: '<size>  memory for caches and unflushed writes (default 1GiB)',
  },
  'idle-sleep': {
    type: 'string',
    help: '<seconds>  how long a project without clients stays in memory (default 300)',
  },
  'root-password': {
    type: 'string',
    help: '<text>  set the password of root@localhost (or the variable EBB_ROOT_PASSWORD)',
  },
  'no-tls': { type: 'boolean', help: 'do not offer TLS' },
  quiet: { type: 'boolean', short: 'q', help: 'print errors only' },
};

const GRACE_MS = 5000;
const MEMORY_BUDGET_MIN = 16 * 1024 * 1024;

interface Settings {
  readonly host: string;
  readonly port: number;
  readonly folder: string;
  readonly store: string | undefined;
  readonly log: string | undefined;
  readonly memoryBudgetBytes: number;
  readonly idleMs: number;
  readonly rootPassword: string | undefined;
  readonly tls: boolean;
  readonly quiet: boolean;
}

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, OPTIONS);
  if (parsed.values['help'] === true) {
    process.stdout.write(`ebb start [options]\n\nServes a database to MySQL clients.\n\n${optionsHelp(OPTIONS)}\n`);
    return 0;
  }
  if (parsed.positionals.length > 0)
    throw new UsageError(`ebb start takes no argument '${parsed.positionals[0]}'; the folder is given with --data`);
  const settings: Settings = {
    ...parseAddress(textOption(parsed, 'listen') ?? '127.0.0.1:4000'),
    folder: textOption(parsed, 'data') ?? './ebb-data',
    store: textOption(parsed, 'store'),
    log: textOption(parsed, 'log'),
    memoryBudgetBytes: budget(textOption(parsed, 'memory-budget') ?? '1GiB'),
    idleMs: seconds('idle-sleep', textOption(parsed, 'idle-sleep') ?? '300') * 1000,
    rootPassword: textOption(parsed, 'root-password') ?? process.env['EBB_ROOT_PASSWORD'],
    tls: parsed.values['no-tls'] !== true,
    quiet: parsed.values['quiet'] === true,
  };
  return serve(settings);
}

function seconds(option: string, text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 86_400))
    throw new UsageError(`--${option} wants seconds from 0 to 86400, not '${text}'`);
  return value;
}

function budget(text: string): number {
  const bytes = parseBytes(text);
  if (bytes < MEMORY_BUDGET_MIN)
    throw new UsageError(`--memory-budget must be at least ${formatBytes(MEMORY_BUDGET_MIN)}`);
  return bytes;
}

/** Data that ends with the process leaves nothing behind, keys neither. */
function serverKeys(folder: string): Promise<ServerKeys> {
  return folder === IN_MEMORY ? makeServerKeys() : loadServerKeys(folder);
}

async function serve(settings: Settings): Promise<number> {
  const started = performance.now();
  const say = (line: string): void => void (settings.quiet || process.stdout.write(`${line}\n`));
  const complain = (line: string): void => void process.stderr.write(`${new Date().toISOString()} ${line}\n`);
  // A promise that nobody awaited is a bug of ours, but no reason to drop every other session: what is durable stays so.
  process.on('unhandledRejection', (reason) =>
    complain(
      `internal error, please report: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`,
    ),
  );
  const opened = await openEngine({
    location: settings.folder,
    ...(settings.store !== undefined && { store: settings.store }),
    ...(settings.log !== undefined && { log: settings.log }),
    memoryBudgetBytes: settings.memoryBudgetBytes,
    variables: { port: String(settings.port), datadir: `${settings.folder}/` },
    onBackgroundError: (error) =>
      complain(`background work failed: ${error instanceof Error ? error.message : String(error)}`),
    ...(settings.rootPassword === undefined ? {} : { rootPassword: settings.rootPassword }),
  });
  const fleet = new Fleet({
    store: opened.store,
    env: opened.engine.env,
    budget: opened.database.memory,
    idleMs: settings.idleMs,
    ...(opened.spill !== undefined && { spill: opened.spill }),
    onBackgroundError: (error) =>
      complain(`background work failed: ${error instanceof Error ? error.message : String(error)}`),
  });
  let server: MysqlServer;
  try {
    if (settings.rootPassword !== undefined && !opened.isNew)
      await opened.accounts.setPassword({ user: 'root', host: 'localhost' }, settings.rootPassword);
    const keys = settings.tls ? await serverKeys(settings.folder) : undefined;
    server = new MysqlServer({
      engine: opened.engine,
      tenants: fleet,
      host: settings.host,
      port: settings.port,
      log: complain,
      ...(keys === undefined ? {} : { keys }),
    });
    await server.listen();
  } catch (error) {
    await fleet.close();
    await opened.close();
    throw error;
  }
  await announce(settings, opened, server.port, { say, elapsedMs: performance.now() - started });
  writeCompileCache();
  const signal = await firstSignal();
  say(`\nebb: ${signal}: finishing running statements (once more to stop at once)`);
  await server.close(GRACE_MS);
  await fleet.close();
  await opened.close();
  say(`ebb: ${farewell(settings)}goodbye`);
  return 0;
}

async function announce(
  settings: Settings,
  opened: OpenedEngine,
  port: number,
  { say, elapsedMs }: { say: (line: string) => void; elapsedMs: number },
): Promise<void> {
  const host = settings.host === '0.0.0.0' || settings.host === '::' ? '127.0.0.1' : settings.host;
  const shown = host.includes(':') ? `[${host}]` : host;
  const catalog = opened.engine.catalog();
  const schemas = catalog.schemas().filter((schema) => !SYSTEM_SCHEMAS.has(schema.name));
  const tables = schemas.reduce((sum, schema) => sum + catalog.tables(schema.name).length, 0);
  const count = `${schemas.length} database${schemas.length === 1 ? '' : 's'}, ${tables} table${tables === 1 ? '' : 's'}`;
  say(`Ebb ${packageVersion()} is ready in ${Math.round(elapsedMs)} ms`);
  if (settings.store === undefined) {
    const what = opened.isNew ? 'new' : `${formatBytes(await folderBytes(settings.folder))}, ${count}`;
    say(`  data     ${settings.folder} (${what}), memory budget ${formatBytes(settings.memoryBudgetBytes)}`);
  } else {
    say(`  store    ${settings.store} (${opened.isNew ? 'new' : count})`);
    say(`  log      ${settings.log ?? 'store:'}`);
    say(`  local    ${settings.folder}, memory budget ${formatBytes(settings.memoryBudgetBytes)}`);
  }
  say(`  connect  mysql://root@${shown}:${port}/`);
  say(`           mysql -h ${host} -P ${port} -u root      or: ebb sql --port ${port}`);
  if (opened.accounts.rootHasNoPassword) {
    say('  note     root@localhost has no password: anyone on this machine is root.');
    say("           Set one: ALTER USER root@localhost IDENTIFIED BY '…', or start with --root-password");
  }
}

function farewell({ folder, store }: Settings): string {
  if (store !== undefined) return 'all data is in the object store, ';
  return folder === IN_MEMORY ? '' : 'all data is on disk, ';
}

const SYSTEM_SCHEMAS: ReadonlySet<string> = new Set(['mysql', 'information_schema', 'performance_schema', 'sys']);

/** Resolves at the first signal; from then on a second one ends the process. */
function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    let seen = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (seen) process.exit(130);
        seen = true;
        resolve(signal);
      });
    }
  });
}

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    try {
      bytes += (await stat(join(entry.path, entry.name))).size;
    } catch {
      // Gone since it was listed.
    }
  }
  return bytes;
}
