/**
 * mariadb-dump: Ebb into Ebb, Ebb into MariaDB, MariaDB into Ebb and back; and the mariadb command line. After each
 * restore every table has the same rows, byte by byte, as the one it was dumped from.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import mysql, { type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EbbServer } from '../harness/ebb-server.ts';
import { MariadbServer, hasMariadb } from '../harness/mariadb-server.ts';
import { PROGRAMS, missingProgram, runProgram, runProgramForBytes } from './programs.ts';

const missing = missingProgram('mariadbDump') ?? missingProgram('mariadb');
const noServer = !hasMariadb() && process.env['CI'] !== 'true';

// Collations and types that both systems have; JSON is LONGTEXT with a check in MariaDB.
const SCHEMA = `
CREATE DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE shop;
CREATE TABLE everything (
  id INT NOT NULL AUTO_INCREMENT, ti TINYINT, tu TINYINT UNSIGNED, si SMALLINT, mi MEDIUMINT, bi BIGINT NOT NULL DEFAULT 7,
  bu BIGINT UNSIGNED, f FLOAT, d DOUBLE, de DECIMAL(10,2), big DECIMAL(65,30), y YEAR, b1 BIT(1), b64 BIT(64), dt DATE,
  dtt DATETIME DEFAULT '2024-01-01 00:00:00', dt6 DATETIME(6), ts TIMESTAMP NULL DEFAULT NULL, ts3 TIMESTAMP(3) NULL DEFAULT NULL,
  tm TIME, tm6 TIME(6), c CHAR(10), vc VARCHAR(100) NOT NULL DEFAULT 'it''s', vb VARBINARY(300), bn BINARY(5), tt TINYTEXT, t TEXT,
  mt MEDIUMTEXT, lt LONGTEXT, tb TINYBLOB, bl BLOB, mb MEDIUMBLOB, lb LONGBLOB, en ENUM('a','bcd','é'), st SET('x','y','z'),
  l1 VARCHAR(20) CHARACTER SET latin1, u INT, k INT, PRIMARY KEY (id), UNIQUE KEY u (u), KEY k (k), KEY vck (vc(10), k)
) COMMENT='every type';
CREATE TABLE parent (a INT NOT NULL, b VARCHAR(10) NOT NULL, v INT, PRIMARY KEY (a, b)) ENGINE=InnoDB;
CREATE TABLE child (id INT PRIMARY KEY, a INT, b VARCHAR(10), n INT, twice INT GENERATED ALWAYS AS (n * 2) STORED,
  CONSTRAINT child_parent FOREIGN KEY (a, b) REFERENCES parent (a, b) ON DELETE CASCADE ON UPDATE SET NULL,
  CONSTRAINT n_positive CHECK (n > 0));
CREATE TABLE nothing (id INT PRIMARY KEY, t TEXT);
CREATE TABLE \`we ird\` (\`sel ect\` INT PRIMARY KEY, \`quo\`\`te\` VARCHAR(10) DEFAULT 'a\\\\b');
CREATE TABLE many (id INT PRIMARY KEY, pad VARCHAR(120), KEY pad (pad));
CREATE VIEW joined AS SELECT c.id, p.v FROM child c LEFT JOIN parent p ON p.a = c.a AND p.b = c.b;
INSERT INTO everything VALUES (1,-128,255,-32768,-8388608,-9223372036854775808,18446744073709551615,1.5,3.141592653589793,-99999999.99,
  '12345678901234567890123456789012345.123456789012345678901234567890',2155,b'1',b'1000000000000000000000000000000000000000000000000000000000000001',
  '2024-02-29','2024-02-29 23:59:59','2024-02-29 23:59:59.123456','2024-01-01 00:00:00','2024-07-01 12:00:00.123','-838:59:59','12:34:56.654321',
  'char','väärchar 😀 \\0\\t\\n\\'"\\\\',X'00010203FFFE275C','ab','tt','text','mt','lt',X'00FF',X'FE00',X'01',X'','é','x,z','latiné',5,6);
INSERT INTO everything (id, u) VALUES (2, NULL), (3, 7), (10, 8);
INSERT INTO parent VALUES (1,'x',10),(2,'y',NULL);
INSERT INTO child (id, a, b, n) VALUES (1,1,'x',5),(2,NULL,NULL,1);
INSERT INTO \`we ird\` VALUES (1,'\`');
`;
const TABLES = ['everything', 'parent', 'child', 'nothing', 'we ird', 'many', 'joined'];

interface Peer {
  readonly port: number;
}

async function connect(peer: Peer, database?: string): Promise<Connection> {
  return mysql.createConnection({
    host: '127.0.0.1',
    port: peer.port,
    user: 'root',
    multipleStatements: true,
    charset: 'utf8mb4_unicode_ci',
    ...(database === undefined ? {} : { database }),
  });
}

async function create(peer: Peer): Promise<void> {
  const connection = await connect(peer);
  await connection.query(`SET time_zone = '+00:00'; ${SCHEMA}`);
  for (let from = 1; from <= 5000; from += 500) {
    const rows = Array.from(
      { length: 500 },
      (_, i) =>
        `(${from + i}, '${createHash('sha256')
          .update(String(from + i))
          .digest('hex')}')`,
    );
    await connection.query(`INSERT INTO shop.many VALUES ${rows.join(',')}`);
  }
  await connection.end();
}

/** By table: rows, and a digest of the bytes that the text protocol gives, in the order of the first column. */
async function checksums(peer: Peer, database: string): Promise<Record<string, string>> {
  const connection = await connect(peer, database);
  await connection.query("SET time_zone = '+00:00'");
  const sums: Record<string, string> = {};
  for (const table of TABLES) {
    const typeCast = (field: { buffer(): Buffer | null }): Buffer | null => field.buffer();
    const [rows] = await connection.query({
      sql: `SELECT * FROM \`${table}\` ORDER BY 1`,
      rowsAsArray: true,
      typeCast: typeCast as never,
    });
    const digest = createHash('sha256');
    for (const row of rows as (Buffer | null)[][]) {
      for (const cell of row) digest.update(cell === null ? 'N' : `${cell.length}:`).update(cell ?? '');
    }
    sums[table] = `${(rows as unknown[]).length} ${digest.digest('hex')}`;
  }
  await connection.end();
  return sums;
}

function options(peer: Peer): string[] {
  return ['--no-defaults', '-h127.0.0.1', `-P${peer.port}`, '-uroot', '--default-character-set=utf8mb4'];
}

function dump(peer: Peer, database: string, ...more: string[]): Promise<Buffer> {
  const args = [...options(peer), '--routines', '--triggers', '--events', '--single-transaction', ...more, database];
  return runProgramForBytes(PROGRAMS.mariadbDump, args);
}

async function restore(peer: Peer, database: string, text: Buffer): Promise<void> {
  await runProgram(PROGRAMS.mariadb, [
    ...options(peer),
    '-e',
    `CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`,
  ]);
  await runProgram(PROGRAMS.mariadb, [...options(peer), database], text);
}

describe.skipIf(missing !== undefined)(`mariadb-dump${missing === undefined ? '' : ` (${missing})`}`, () => {
  let ebb: EbbServer;
  let original: Record<string, string>;
  beforeAll(async () => {
    ebb = await EbbServer.start({ fromSources: true });
    await create(ebb);
    original = await checksums(ebb, 'shop');
  });
  afterAll(() => ebb.stop());

  it('has what was inserted', () => {
    expect(Object.fromEntries(Object.entries(original).map(([table, sum]) => [table, sum.split(' ')[0]]))).toEqual({
      everything: '4',
      parent: '2',
      child: '2',
      nothing: '0',
      'we ird': '1',
      many: '5000',
      joined: '2',
    });
  });

  it.each([
    ['copy', '--hex-blob'],
    ['raw_copy', '--skip-hex-blob'],
  ])('restores Ebb into Ebb (%s, %s)', async (copy, blobs) => {
    await restore(ebb, copy, await dump(ebb, 'shop', blobs));
    expect(await checksums(ebb, copy)).toEqual(original);
    expect(await definitions(ebb, copy)).toEqual(await definitions(ebb, 'shop'));
  });

  it('restores by ebb sql', async () => {
    const shell = [
      '--import',
      'tsx',
      join(import.meta.dirname, '../../src/cli/main.ts'),
      'sql',
      '--port',
      String(ebb.port),
    ];
    await runProgram(process.execPath, [...shell, '-e', 'CREATE DATABASE by_shell COLLATE utf8mb4_unicode_ci']);
    await runProgram(process.execPath, [...shell, 'by_shell'], await dump(ebb, 'shop'));
    expect(await checksums(ebb, 'by_shell')).toEqual(original);
    expect(await runProgram(process.execPath, [...shell, '-e', "SELECT '日本' AS `ä`"])).toBe('ä\n日本\n');
  });

  it('prints the same by the mariadb command line', async () => {
    const text = await runProgram(PROGRAMS.mariadb, [
      ...options(ebb),
      '--batch',
      '-e',
      'SELECT id, de, vc, en FROM shop.everything WHERE id < 3 ORDER BY id; SELECT COUNT(*) FROM shop.many',
    ]);
    expect(text).toBe(
      `id\tde\tvc\ten\n1\t-99999999.99\tväärchar 😀 \\0\\t\\n'"\\\\\té\n2\tNULL\tit's\tNULL\nCOUNT(*)\n5000\n`,
    );
    const encrypted = await runProgram(PROGRAMS.mariadb, [
      ...options(ebb),
      '--ssl',
      '--batch',
      '-N',
      '-e',
      "SHOW STATUS LIKE 'Ssl_version'",
    ]);
    expect(encrypted).toBe('Ssl_version\tTLSv1.3\n');
    await expect(runProgram(PROGRAMS.mariadb, [...options(ebb), '-e', 'SELECT nope'])).rejects.toThrow(
      "ERROR 1054 (42S22) at line 1: Unknown column 'nope' in 'field list'",
    );
  });

  describe.skipIf(noServer)(`with MariaDB${noServer ? ' (not installed)' : ''}`, () => {
    let mariadb: MariadbServer;
    beforeAll(async () => {
      mariadb = await MariadbServer.start();
    });
    afterAll(() => mariadb.stop());

    it('restores Ebb into MariaDB and back', async () => {
      await restore(mariadb, 'from_ebb', await dump(ebb, 'shop'));
      expect(await checksums(mariadb, 'from_ebb')).toEqual(original);
      await restore(ebb, 'back', await dump(mariadb, 'from_ebb'));
      expect(await checksums(ebb, 'back')).toEqual(original);
    });

    it('restores MariaDB into Ebb and back', async () => {
      await create(mariadb);
      const made = await checksums(mariadb, 'shop');
      expect(made).toEqual(original);
      await restore(ebb, 'from_mariadb', await dump(mariadb, 'shop'));
      expect(await checksums(ebb, 'from_mariadb')).toEqual(made);
      await restore(mariadb, 'back', await dump(ebb, 'from_mariadb'));
      expect(await checksums(mariadb, 'back')).toEqual(made);
    });
  });
});

async function definitions(peer: Peer, database: string): Promise<string[]> {
  const connection = await connect(peer, database);
  const texts: string[] = [];
  for (const table of TABLES.filter((name) => name !== 'joined')) {
    const [rows] = await connection.query({ sql: `SHOW CREATE TABLE \`${table}\``, rowsAsArray: true });
    // A restored column has its collation written on it, and MySQL then prints the character set too.
    texts.push(((rows as string[][])[0]?.[1] ?? '').replaceAll(/ CHARACTER SET \w+(?= COLLATE)/g, ''));
  }
  await connection.end();
  return texts;
}
