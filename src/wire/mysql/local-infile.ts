/**
 * LOAD DATA LOCAL: asks the client for a file and yields its packets.
 *
 *   server: 0xfb | file name      client: data packets, then an empty one
 *
 * The client always sends the whole file. When the statement fails half way the rest is read and dropped, so that the
 * error is not taken for an answer to something else.
 */
import type { Transport } from './transport.ts';

const INFILE_REQUEST = 0xfb;

export async function* localInfile(transport: Transport, fileName: string): AsyncGenerator<Uint8Array> {
  const { writer } = transport;
  writer.begin();
  writer.u8(INFILE_REQUEST);
  writer.text(fileName);
  writer.end();
  writer.flush();
  let ended = false;
  try {
    for (;;) {
      const packet = await transport.readPacket();
      ended = packet.length === 0;
      if (ended) return;
      yield packet;
    }
  } finally {
    while (!ended && !transport.closed) ended = (await transport.readPacket()).length === 0;
  }
}
