/** Child processes of tests and benchmarks: started with a log, awaited until they answer, ended by process id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function temporaryFolder(name: string): string {
  return mkdtempSync(join(process.env['EBB_TEST_TMP'] ?? tmpdir(), `ebb-${name}-`));
}

export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class Process {
  readonly child: ChildProcess;
  readonly logFile: string;
  readonly #exited: Promise<void>;
  #hasExited = false;

  constructor(command: string, args: readonly string[], logFile: string, env: Readonly<Record<string, string>> = {}) {
    this.logFile = logFile;
    const log = openSync(logFile, 'a');
    this.child = spawn(command, args, { stdio: ['ignore', log, log], env: { ...process.env, ...env } });
    closeSync(log);
    this.#exited = new Promise((resolve) => {
      const done = (): void => {
        this.#hasExited = true;
        resolve();
      };
      this.child.once('exit', done);
      this.child.once('error', done);
    });
  }

  get hasExited(): boolean {
    return this.#hasExited;
  }

  log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  /** Waits until the port accepts; fails with the log when the process ends first or the time is up. */
  async waitForPort(port: number, timeoutMs = 30_000): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (!(await accepts(port))) {
      if (this.#hasExited) throw new Error(`the process ended before it listened:\n${this.log()}`);
      if (Date.now() > end) throw new Error(`nothing listens on ${port} after ${timeoutMs} ms:\n${this.log()}`);
      await sleep(5);
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM', timeoutMs = 30_000): Promise<void> {
    if (!this.#hasExited) this.child.kill(signal);
    const late = setTimeout(() => this.child.kill('SIGKILL'), timeoutMs);
    await this.#exited;
    clearTimeout(late);
  }
}
