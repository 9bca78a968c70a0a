import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readStatically } from './static-reads.ts';

const opened: { destroy(): void }[] = [];

afterEach(() => {
  for (const one of opened.splice(0)) one.destroy();
});

async function pair(): Promise<{ client: Socket; served: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [served] = (await once(server, 'connection')) as [Socket];
  opened.push({ destroy: () => server.close() }, client, served);
  return { client, served };
}

describe('static reads', () => {
  it('this Node has the fields that they set', async () => {
    const { served } = await pair();
    expect(readStatically(served, () => undefined)).toBe(true);
  });

  it('hand over what comes after data events were used, in order, and the end', async () => {
    const { client, served } = await pair();
    const seen: string[] = [];
    served.on('data', (chunk: Buffer) => seen.push(`event ${chunk.toString()}`));
    client.write('one');
    await expect.poll(() => seen.length).toBe(1);
    const shared = new Set<Buffer>();
    readStatically(served, (bytes, count) => {
      shared.add(bytes);
      seen.push(bytes.toString('latin1', 0, count));
    });
    client.write('two');
    await expect.poll(() => seen.length).toBe(2);
    const ended = once(served, 'end');
    client.end('three');
    await ended;
    expect(seen).toEqual(['event one', 'two', 'three']);
    expect(shared.size).toBe(1);
  });

  it('wait while the socket is paused', async () => {
    const { client, served } = await pair();
    let bytes = 0;
    readStatically(served, (_, count) => {
      bytes += count;
    });
    served.pause();
    client.write(Buffer.alloc(1 << 20));
    served.resume();
    served.pause();
    const before = bytes;
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(bytes).toBe(before);
    served.resume();
    await expect.poll(() => bytes).toBe(1 << 20);
  });
});
