/** Errors as a person at a terminal should read them: what happened, and what to do. */
import { DbError, SqlError } from '../base/index.ts';

/** The command line is wrong. */
export class UsageError extends Error {}

export interface Described {
  readonly message: string;
  readonly exitCode: number;
}

export function describeError(error: unknown): Described {
  if (error instanceof UsageError)
    return { message: `${error.message}\nRun 'ebb --help' to see what there is.`, exitCode: 2 };
  if (error instanceof SqlError)
    return { message: `ERROR ${error.errno} (${error.sqlState}): ${error.message}`, exitCode: 1 };
  if (error instanceof DbError) return { message: dbErrorText(error), exitCode: 1 };
  const text =
    error instanceof Error
      ? process.env['EBB_DEBUG'] === undefined
        ? error.message
        : (error.stack ?? error.message)
      : String(error);
  return { message: systemErrorText(error) ?? text, exitCode: 1 };
}

function dbErrorText(error: DbError): string {
  switch (error.code) {
    case 'locked':
      return `${error.message}\nAnother process has this data folder open. Stop it, or give this one another folder with --data.`;
    case 'disk-full':
      return `${error.message}\nThe disk is full. Free some space; nothing that was acknowledged is lost.`;
    default:
      return error.message;
  }
}

function systemErrorText(error: unknown): string | undefined {
  const { code, address, port } = error as { code?: string; address?: string; port?: number };
  switch (code) {
    case 'EADDRINUSE':
      return `${address ?? ''}:${port ?? ''} is in use by another program. Stop it, or listen elsewhere: ebb start --listen 127.0.0.1:${(port ?? 4000) + 1}`;
    case 'EADDRNOTAVAIL':
      return `this machine has no address ${address ?? ''}. Use 127.0.0.1 for this machine only, 0.0.0.0 for every interface.`;
    case 'EACCES':
      return port === undefined
        ? undefined
        : `not allowed to listen on port ${port}. Ports below 1024 need more rights; choose a higher one.`;
    case 'ECONNREFUSED':
      return `no server answers at ${address ?? ''}:${port ?? ''}. Is it running? Start one with: ebb start`;
    default:
      return undefined;
  }
}
