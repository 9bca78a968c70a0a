/**
 * Reads of plain sockets into one buffer that all connections share.
 *
 * Why: for each read Node allocates 64 KB, makes an ArrayBuffer and a Buffer of what came, and passes it through its stream
 * machinery. A point select pays more than a tenth of its time for that. `onread` is Node's own answer, but the options of
 * `net.Socket` take it, and a server's sockets are made without options. So it is set afterwards, in the fields that the option
 * sets (the same from Node 12 to 24); where they are not found, nothing changes and `data` events go on.
 *
 * Invariant: `onBytes` takes what it needs out of the buffer before it returns; the next read overwrites it.
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

const READ_BYTES = 64 * 1024;

const shared = Buffer.allocUnsafeSlow(READ_BYTES);

interface Handle {
  useUserBuffer?(buffer: Buffer): void;
}

/** False when this socket cannot be read so: then its `data` events tell what comes. */
export function readStatically(socket: Socket, onBytes: (bytes: Buffer, count: number) => void): boolean {
  const fields = socket as unknown as Record<symbol, unknown> & { readonly _handle?: Handle | null };
  const symbols = Object.getOwnPropertySymbols(socket);
  const buffer = symbols.find(({ description }) => description === 'kBuffer');
  const callback = symbols.find(({ description }) => description === 'kBufferCb');
  const handle = fields._handle;
  if (buffer === undefined || callback === undefined || socket instanceof TLSSocket) return false;
  if (typeof handle?.useUserBuffer !== 'function' || socket.readableLength > 0) return false;
  socket.removeAllListeners('data');
  fields[buffer] = shared;
  fields[callback] = (count: number, bytes: Buffer): boolean => {
    onBytes(bytes, count);
    return true;
  };
  handle.useUserBuffer(shared);
  // Without a listener for `data` the stream flows only when told to, and tells of its end only while it flows.
  if (!socket.isPaused()) socket.resume();
  return true;
}
