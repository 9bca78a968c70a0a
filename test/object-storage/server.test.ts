/** A server whose data is in a bucket alone: killed, its folder lost, started again elsewhere, nothing acknowledged is gone. */
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CephGateway, cephMissing } from '../harness/ceph-gateway.ts';
import { EbbServer } from '../harness/ebb-server.ts';

const missing = cephMissing();
const WRITERS = 4;
const RUN_MS = 3000;

describe.skipIf(missing !== undefined)(`ebb start --store s3:${missing === undefined ? '' : ` (${missing})`}`, () => {
  let ceph: CephGateway;
  beforeAll(async () => {
    ceph = await CephGateway.start();
    await ceph.createBucket('ebb');
  }, 180_000);
  afterAll(() => ceph.stop());

  it('keeps every acknowledged row over SIGKILL and the loss of its folder', { timeout: 120_000 }, async () => {
    const args = ['--store', ceph.url('ebb/one')];
    const first = await EbbServer.start({ args });
    const admin = await createConnection({ host: '127.0.0.1', port: first.port, user: 'root' });
    await admin.query('CREATE DATABASE d');
    await admin.query('CREATE TABLE d.t (writer INT, number INT, PRIMARY KEY (writer, number))');
    const acknowledged = await writeUntilKilled(first);
    await first.stop();
    expect(Math.min(...acknowledged)).toBeGreaterThan(0);

    const second = await EbbServer.start({ args });
    try {
      const reader = await createConnection({ host: '127.0.0.1', port: second.port, user: 'root' });
      const [rows] = await reader.query(
        'SELECT writer, COUNT(*) n, MAX(number) last FROM d.t GROUP BY writer ORDER BY 1',
      );
      const found = rows as { writer: number; n: number; last: number }[];
      for (const { writer, n, last } of found) {
        // No gap, all that was acknowledged, and at most the one insert whose answer was lost.
        expect([writer, n]).toEqual([writer, last + 1]);
        expect([acknowledged[writer], (acknowledged[writer] ?? 0) + 1]).toContain(n);
      }
      expect(found).toHaveLength(WRITERS);
      reader.destroy();
    } finally {
      await second.stop();
    }
  });
});

/** Rows that each writer was told of. */
async function writeUntilKilled(server: EbbServer): Promise<number[]> {
  const acknowledged = Array.from({ length: WRITERS }, () => 0);
  const writers = acknowledged.map(async (_, writer) => {
    const connection = await createConnection({ host: '127.0.0.1', port: server.port, user: 'root' });
    connection.on('error', () => undefined);
    try {
      for (;;) {
        await connection.query('INSERT INTO d.t VALUES (?, ?)', [writer, acknowledged[writer]]);
        acknowledged[writer] = (acknowledged[writer] ?? 0) + 1;
      }
    } catch {
      connection.destroy(); // killed
    }
  });
  await new Promise((resolve) => setTimeout(resolve, RUN_MS));
  await server.kill();
  await Promise.all(writers);
  return acknowledged;
}
