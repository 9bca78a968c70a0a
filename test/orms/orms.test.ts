/**
 * Seven ORMs against a running Ebb, each as its users run it: schema and migrations, introspection, data, relations, transactions.
 *
 * The suites are plain modules with packages of their own (`npm ci --prefix test/orms`): half a gigabyte that nothing else needs.
 * Each prints a line per step; what it prints is what is judged.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EbbServer } from '../harness/ebb-server.ts';

const FOLDER = import.meta.dirname;
const IS_INSTALLED = existsSync(join(FOLDER, 'node_modules/typeorm'));
const MISSING = 'the ORMs are not installed: npm ci --prefix test/orms';
const SUITE_MS = 240_000;

/** How many steps each suite has at least: a suite that ends early must not pass. */
const SUITES = { knex: 9, kysely: 7, sequelize: 7, drizzle: 7, typeorm: 7, mikro: 7, prisma: 6 };

interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

function runSuite(name: string, server: EbbServer): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(FOLDER, 'suites', `${name}.mjs`)], {
      cwd: FOLDER,
      env: { ...process.env, EBB_PORT: String(server.port), EBB_DATABASE: `orm_${name}`, NODE_NO_WARNINGS: '1' },
      timeout: SUITE_MS,
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

if (process.env['CI'] === 'true' && !IS_INSTALLED) throw new Error(MISSING);

describe.skipIf(!IS_INSTALLED)(`ORMs${IS_INSTALLED ? '' : ` (${MISSING})`}`, () => {
  let server: EbbServer;
  beforeAll(async () => {
    server = await EbbServer.start({ fromSources: true });
  });
  afterAll(() => server.stop());

  it.each(Object.entries(SUITES))(
    '%s',
    async (name, steps) => {
      const root = await mysql.createConnection({ host: '127.0.0.1', port: server.port, user: 'root' });
      await root.query(`CREATE DATABASE orm_${name}`);
      await root.end();
      const { code, output } = await runSuite(name, server);
      const lines = output.split('\n');
      for (const line of lines) if (line.startsWith('skipped ')) console.warn(`${name}: ${line}`);
      expect(output).not.toMatch(/^not ok/m);
      expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
      expect(lines.filter((line) => line.startsWith('ok ')).length).toBeGreaterThanOrEqual(steps);
    },
    SUITE_MS,
  );
});
