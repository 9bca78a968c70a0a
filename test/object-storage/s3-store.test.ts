/** The s3: store on a real gateway (Ceph): the port's conformance suite, then what only a service can get wrong. */
import { createServer, request as send, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { utf8Decode, utf8Encode } from '../../src/base/index.ts';
import { realEnv } from '../../src/env/index.ts';
import { openStore, S3Store } from '../../src/store/index.ts';
import { describeStore } from '../../src/store/testing/store-conformance.ts';
import { CephGateway, cephMissing } from '../harness/ceph-gateway.ts';

const missing = cephMissing();
const env = realEnv();
let ceph: CephGateway;
let prefixes = 0;

async function emptyStore(): Promise<S3Store> {
  return S3Store.open(ceph.url(`ebb/p${prefixes++}`), env);
}

async function errorOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: unknown) => `${(error as { code?: string }).code}: ${(error as Error).message}`,
  );
}

describe.skipIf(missing !== undefined)(`on a Ceph gateway${missing === undefined ? '' : ` (${missing})`}`, () => {
  beforeAll(async () => {
    ceph = await CephGateway.start();
    await ceph.createBucket('ebb');
  }, 180_000);
  afterAll(() => ceph.stop());

  describeStore('s3:', emptyStore);

  it('fetches and sends long objects in parts', { timeout: 120_000 }, async () => {
    const store = await emptyStore();
    const long = new Uint8Array(41_000_003).map((_, i) => (i * 31 + (i >> 9)) % 251);
    await store.put('long', long);
    expect(store.requests.put).toBeGreaterThan(5);
    const whole = await store.get('long');
    expect([whole?.size, Buffer.compare(whole?.bytes ?? new Uint8Array(), long)]).toEqual([long.length, 0]);
    const part = await store.get('long', { offset: 5_000_000, length: 20_000_000 });
    expect(Buffer.compare(part?.bytes ?? new Uint8Array(), long.subarray(5_000_000, 25_000_000))).toBe(0);
    const end = await store.get('long', { offset: 20_000_000, length: 90_000_000 });
    expect(Buffer.compare(end?.bytes ?? new Uint8Array(), long.subarray(20_000_000))).toBe(0);
    await store.close();
  });

  it('one request each for a small object, and checks the service once', async () => {
    const first = await S3Store.open(ceph.url('ebb/counted'), env);
    await first.close();
    const store = await S3Store.open(ceph.url('ebb/counted'), env);
    expect(store.requests).toEqual({ get: 1, head: 0, put: 0, list: 0, delete: 0 });
    await store.put('a', utf8Encode('x'), { ifAbsent: true });
    await store.get('a');
    await store.get('a', { offset: 0, length: 1 });
    await store.list('');
    await store.delete(['a']);
    expect(store.requests).toEqual({ get: 3, head: 0, put: 1, list: 1, delete: 1 });
    await store.close();
  });

  it('says what is wrong with the place', async () => {
    expect(await errorOf(openStore(ceph.url('no-such-bucket/x'), env))).toContain(
      'store-refused: the object store refused',
    );
    expect(await errorOf(openStore(ceph.url('no-such-bucket/x'), env))).toContain('create the bucket first');
    expect(await errorOf(openStore('s3://key:secret@ebb/x', env))).toContain('set AWS_ACCESS_KEY_ID');
    expect(await errorOf(openStore('s3://ebb/x?endpiont=http://h', env))).toContain('no parameter "endpiont"');
    expect(await errorOf(openStore('s3://EBB/x', env))).toContain('store-url');
  });

  describe('through a proxy that loses answers', () => {
    let proxy: FaultyProxy;
    beforeAll(async () => {
      proxy = await FaultyProxy.start(ceph.endpoint);
    });
    afterAll(() => proxy.stop());
    const open = (): Promise<S3Store> => S3Store.open(`s3://ebb/f${prefixes++}?endpoint=${proxy.endpoint}`, env);

    it.each(['503 before', 'lost answer', 'lost connection'] as const)(
      'a put whose first try meets a %s wins once, and knows it',
      async (fault) => {
        const store = await open();
        proxy.next(fault);
        const put = await store.put('x', utf8Encode('mine'), { ifAbsent: true });
        const stored = await store.get('x');
        expect(put).toEqual({ ok: true, etag: stored?.etag });
        proxy.next(fault);
        const changed = await store.put('x', utf8Encode('mine again'), { ifMatch: stored?.etag ?? '' });
        expect(changed.ok).toBe(true);
        proxy.next(fault);
        expect(await store.put('x', utf8Encode('late'), { ifMatch: stored?.etag ?? '' })).toEqual({
          ok: false,
          reason: 'changed',
        });
        proxy.next(fault);
        expect(await store.put('x', utf8Encode('late'), { ifAbsent: true })).toEqual({ ok: false, reason: 'exists' });
        expect(utf8Decode((await store.get('x'))?.bytes ?? new Uint8Array())).toBe('mine again');
        await store.close();
      },
    );

    it('refuses a service that ignores conditions', async () => {
      proxy.ignoresConditions = true;
      const found = await errorOf(open());
      proxy.ignoresConditions = false;
      expect(found).toContain('store-unsuitable');
      expect(found).toContain('does not honour If-None-Match');
    });

    it('gives up at the deadline, saying so', async () => {
      const store = await S3Store.open(`s3://ebb/f${prefixes++}?endpoint=${proxy.endpoint}`, env, {
        retry: { attemptMs: 200, deadlineMs: 600, attemptsMax: 12, pauseMs: 20, pauseMsMax: 100 },
      });
      proxy.down = true;
      expect(await errorOf(store.get('x'))).toMatch(/store-unavailable: GET x failed \d+ times/);
      proxy.down = false;
      await store.close();
    });
  });
});

type ProxyFault = '503 before' | 'lost answer' | 'lost connection';

/** Passes requests on to the gateway, but for the faults it is told. The signed host stays the gateway's by rewriting nothing else. */
class FaultyProxy {
  ignoresConditions = false;
  down = false;
  readonly endpoint: string;
  readonly #server: Server;
  readonly #faults: ProxyFault[] = [];

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.endpoint = `http://127.0.0.1:${port}`;
  }

  static async start(target: string): Promise<FaultyProxy> {
    let proxy: FaultyProxy | undefined;
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => void proxy?.answer(target, { request, response, body: Buffer.concat(chunks) }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    proxy = new FaultyProxy(server, (server.address() as { port: number }).port);
    return proxy;
  }

  /** For the next put. */
  next(fault: ProxyFault): void {
    this.#faults.push(fault);
  }

  answer(
    target: string,
    { request, response, body }: { request: IncomingMessage; response: ServerResponse; body: Buffer },
  ): void {
    if (this.down) return void request.socket.destroy();
    const fault = request.method === 'PUT' ? this.#faults.shift() : undefined;
    if (fault === '503 before') return void response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>');
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value);
    const upstream = send(`${target}${request.url}`, { method: request.method ?? 'GET', headers });
    upstream.on('response', (answer) => {
      if (fault === 'lost connection') return void request.socket.destroy();
      if (fault === 'lost answer') return void response.writeHead(500).end('<Error><Code>InternalError</Code></Error>');
      if (this.ignoresConditions && answer.statusCode === 412)
        return void response.writeHead(200, { etag: '"e"' }).end();
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    upstream.end(body);
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
