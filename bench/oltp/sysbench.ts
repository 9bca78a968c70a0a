/** Runs Debian's sysbench against a server and reads its report. */
import { execFile } from 'node:child_process';

export interface SysbenchOptions {
  readonly script: string;
  readonly port: number;
  readonly threads: number;
  readonly seconds: number;
  readonly tables: number;
  readonly tableSize: number;
  readonly database: string;
  /** Further `--option=value` words. */
  readonly extra?: readonly string[];
}

export interface SysbenchReport {
  readonly transactionsPerSecond: number;
  readonly queriesPerSecond: number;
  readonly p95Ms: number;
  readonly errors: number;
  readonly reconnects: number;
}

function run(command: 'prepare' | 'run' | 'cleanup', options: SysbenchOptions): Promise<string> {
  const args = [
    options.script,
    '--db-driver=mysql',
    '--mysql-host=127.0.0.1',
    `--mysql-port=${options.port}`,
    '--mysql-user=root',
    `--mysql-db=${options.database}`,
    '--mysql-ssl=off',
    `--tables=${options.tables}`,
    `--table-size=${options.tableSize}`,
    `--threads=${options.threads}`,
    `--time=${options.seconds}`,
    ...(options.extra ?? []),
    command,
  ];
  return new Promise((resolve, reject) => {
    execFile('sysbench', args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else
        reject(
          new Error(`sysbench ${options.script} ${command} on port ${options.port} failed:\n${stdout}\n${stderr}`),
        );
    });
  });
}

export async function prepare(options: SysbenchOptions): Promise<void> {
  await run('prepare', options);
}

export async function runSysbench(options: SysbenchOptions): Promise<SysbenchReport> {
  return parseReport(await run('run', options));
}

function parseReport(text: string): SysbenchReport {
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(text)?.[1];
    if (found === undefined) throw new Error(`sysbench's report has no ${pattern}:\n${text}`);
    return Number(found);
  };
  return {
    transactionsPerSecond: number(/transactions:\s+\d+\s+\(([\d.]+) per sec/),
    queriesPerSecond: number(/queries:\s+\d+\s+\(([\d.]+) per sec/),
    p95Ms: number(/95th percentile:\s+([\d.]+)/),
    errors: number(/ignored errors:\s+(\d+)/),
    reconnects: number(/reconnects:\s+(\d+)/),
  };
}
