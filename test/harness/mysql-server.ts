/** The genuine MySQL that ../shared/services/mysql-up.sh brings, as a peer and an oracle. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SHARED } from './corpora.ts';
import { freePort, removeFolder, temporaryFolder } from './processes.ts';

const UP = join(SHARED, 'services/mysql-up.sh');
const DOWN = join(SHARED, 'services/mysql-down.sh');

export function hasMysql(): boolean {
  return existsSync(UP);
}

export class MysqlServer {
  readonly name = 'MySQL';
  readonly user = 'root';
  readonly port: number;
  readonly #env: NodeJS.ProcessEnv;
  readonly #folder: string;

  private constructor(port: number, folder: string, env: NodeJS.ProcessEnv) {
    this.port = port;
    this.#folder = folder;
    this.#env = env;
  }

  static async start(): Promise<MysqlServer> {
    const folder = temporaryFolder('mysql');
    const port = await freePort();
    const env = {
      ...process.env,
      MYSQL_DIR: folder,
      MYSQL_PORT: String(port),
      MYSQL_EXTRA: '--innodb-flush-log-at-trx-commit=1',
    };
    execFileSync(UP, { env, stdio: 'pipe' });
    return new MysqlServer(port, folder, env);
  }

  async stop(): Promise<void> {
    execFileSync(DOWN, { env: this.#env, stdio: 'pipe' });
    removeFolder(this.#folder);
  }
}
