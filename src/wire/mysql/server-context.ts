/** What the connections of a server share. */
import type { SecureContext } from 'node:tls';
import type { Engine, Sha2Cache } from '../../engine/index.ts';
import type { FlushQueue } from './flush-queue.ts';
import type { StatementCount } from './prepared-statements.ts';
import type { ServerKeys } from './server-keys.ts';

export interface ServerContext {
  readonly engine: Engine;
  readonly serverVersion: string;
  /** The plugin in the greeting. */
  readonly defaultPlugin: string;
  readonly keys: ServerKeys | undefined;
  /** Undefined = no TLS offered. */
  readonly secureContext: SecureContext | undefined;
  readonly sha2Cache: Sha2Cache;
  readonly statements: StatementCount;
  readonly flushes: FlushQueue;
  packetBytesMax(): number;
  /** The line that COM_STATISTICS answers. */
  statistics(): string;
  log(message: string): void;
}
