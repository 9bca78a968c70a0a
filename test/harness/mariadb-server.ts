/** A private MariaDB from Debian's packages: own data folder, loopback, fsync on commit. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, Process, removeFolder, temporaryFolder } from './processes.ts';

const SERVER = '/usr/sbin/mariadbd';
const INSTALL = '/usr/bin/mariadb-install-db';

export function hasMariadb(): boolean {
  return existsSync(SERVER);
}

export class MariadbServer {
  readonly name = 'MariaDB';
  readonly port: number;
  readonly user = 'root';
  readonly #folder: string;
  readonly #process: Process;

  private constructor(port: number, folder: string, process: Process) {
    this.port = port;
    this.#folder = folder;
    this.#process = process;
  }

  static async start(args: readonly string[] = []): Promise<MariadbServer> {
    const folder = temporaryFolder('mariadb');
    const data = join(folder, 'data');
    mkdirSync(data);
    execFileSync(
      INSTALL,
      [
        '--no-defaults',
        `--datadir=${data}`,
        '--auth-root-authentication-method=normal',
        '--user=root',
        '--skip-test-db',
      ],
      { stdio: 'pipe' },
    );
    const port = await freePort();
    const process = new Process(
      SERVER,
      [
        '--no-defaults',
        '--user=root',
        `--datadir=${data}`,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        `--socket=${join(folder, 's.sock')}`,
        `--pid-file=${join(folder, 'pid')}`,
        '--innodb-flush-log-at-trx-commit=1',
        '--innodb-buffer-pool-size=1G',
        '--local-infile=1',
        '--secure-file-priv=',
        ...args,
      ],
      join(folder, 'log'),
    );
    await process.waitForPort(port);
    return new MariadbServer(port, folder, process);
  }

  get pid(): number {
    return this.#process.child.pid ?? 0;
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    removeFolder(this.#folder);
  }
}
