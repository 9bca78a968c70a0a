/** An `ebb start` in a process of its own, as users run it. Needs `npm run build` (EBB_MAIN overrides the entry). */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, Process, removeFolder, temporaryFolder } from './processes.ts';

const MAIN = process.env['EBB_MAIN'] ?? join(import.meta.dirname, '../../dist/cli/main.js');

export interface EbbServerOptions {
  readonly dataFolder?: string;
  readonly port?: number;
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  /** Run the sources through tsx instead of the build, which may be older. */
  readonly fromSources?: boolean;
}

/** What the first line of src/cli/main.ts gives Node. */
const NODE_ARGUMENTS = ['--max-semi-space-size=32'];
const SOURCES = join(import.meta.dirname, '../../src/cli/main.ts');

export class EbbServer {
  readonly name = 'Ebb';
  readonly port: number;
  readonly dataFolder: string;
  readonly #ownsFolder: boolean;
  readonly #options: EbbServerOptions;
  #process: Process;

  private constructor(port: number, dataFolder: string, options: EbbServerOptions) {
    this.port = port;
    this.dataFolder = dataFolder;
    this.#ownsFolder = options.dataFolder === undefined;
    this.#options = options;
    this.#process = this.#spawn();
  }

  static async start(options: EbbServerOptions = {}): Promise<EbbServer> {
    if (options.fromSources !== true && !existsSync(MAIN))
      throw new Error(`${MAIN} does not exist: run \`npm run build\` first`);
    const folder = options.dataFolder ?? temporaryFolder('data');
    const server = new EbbServer(options.port ?? (await freePort()), folder, options);
    await server.#process.waitForPort(server.port);
    return server;
  }

  #spawn(): Process {
    const { args = [], nodeArgs = [], fromSources = false } = this.#options;
    const entry = fromSources ? ['--import', 'tsx', SOURCES] : [MAIN];
    const command = [
      ...NODE_ARGUMENTS,
      ...nodeArgs,
      ...entry,
      'start',
      '--listen',
      `127.0.0.1:${this.port}`,
      '--data',
      this.dataFolder,
      ...args,
    ];
    return new Process(process.execPath, command, `${this.dataFolder}.log`);
  }

  get pid(): number {
    return this.#process.child.pid ?? 0;
  }

  get user(): string {
    return 'root';
  }

  log(): string {
    return this.#process.log();
  }

  /** SIGKILL: what a crash of the machine's process looks like. */
  async kill(): Promise<void> {
    await this.#process.stop('SIGKILL');
  }

  async restart(): Promise<void> {
    await this.#process.stop();
    this.#process = this.#spawn();
    await this.#process.waitForPort(this.port);
  }

  /** Ends the server; 'keep' leaves its folder for a restart. */
  async stop(folder: 'remove' | 'keep' = 'remove'): Promise<void> {
    await this.#process.stop();
    if (this.#ownsFolder && folder === 'remove') {
      removeFolder(this.dataFolder);
      removeFolder(`${this.dataFolder}.log`);
    }
  }
}
