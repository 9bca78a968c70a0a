/** A PHP application from Debian, served by PHP's own web server from a copy with our configuration in it. */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, Process, removeFolder, temporaryFolder } from '../harness/processes.ts';

export class PhpSite {
  readonly folder: string;
  readonly url: string;
  readonly #process: Process;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.url = `http://127.0.0.1:${port}`;
    const settings = ['-d', 'memory_limit=256M', '-d', 'session.save_path=/tmp', '-d', `error_log=${folder}.errors`];
    this.#process = new Process(
      '/usr/bin/php',
      [...settings, '-S', `127.0.0.1:${port}`, '-t', folder],
      `${folder}.log`,
    );
  }

  /** Copies `source` (links followed), adds the files, and serves it. */
  static async start(source: string, files: Readonly<Record<string, string>>): Promise<PhpSite> {
    const folder = temporaryFolder('site');
    cpSync(source, folder, { recursive: true, dereference: true, filter: (path) => !path.endsWith('.htaccess') });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const port = await freePort();
    const site = new PhpSite(folder, port);
    await site.#process.waitForPort(port);
    return site;
  }

  log(): string {
    return this.#process.log();
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    removeFolder(this.folder);
  }
}
