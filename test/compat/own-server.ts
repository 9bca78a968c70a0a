/** The Ebb that the suites run against: replaced by a new empty one when a file leaves it unusable. */
import { EbbServer } from '../harness/ebb-server.ts';
import type { Target } from './client.ts';

export class OwnServer implements Target {
  #server: EbbServer | undefined;

  get port(): number {
    if (this.#server === undefined) throw new Error('the server is not started');
    return this.#server.port;
  }

  async start(): Promise<void> {
    this.#server = await EbbServer.start({ args: ['--memory-budget', '2GiB'] });
  }

  async replace(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }
}
