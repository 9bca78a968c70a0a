/** PyMySQL and PHP's mysqli against `ebb start`: each script writes a value of every type and compares what it reads. */
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EbbServer } from '../harness/ebb-server.ts';
import { PROGRAMS, missingProgram, runProgram } from './programs.ts';

const SCRIPTS = [
  { name: 'PyMySQL', program: 'python', script: 'pymysql_client.py' },
  { name: 'mysqli', program: 'php', script: 'mysqli_client.php' },
] as const;

let server: EbbServer;
beforeAll(async () => {
  server = await EbbServer.start({ fromSources: true });
  const root = await mysql.createConnection({
    host: '127.0.0.1',
    port: server.port,
    user: 'root',
    multipleStatements: true,
  });
  await root.query("CREATE DATABASE clients; CREATE USER sha IDENTIFIED BY 'secret'; GRANT ALL ON clients.* TO sha");
  await root.end();
});
afterAll(() => server.stop());

describe.each(SCRIPTS)('$name', ({ program, script }) => {
  const missing = missingProgram(program);
  it.skipIf(missing !== undefined).each(['plain', 'tls'])(
    `${missing ?? 'writes and reads every type'} (%s)`,
    async (mode) => {
      const output = await runProgram(PROGRAMS[program], [
        join(import.meta.dirname, script),
        String(server.port),
        mode,
      ]);
      expect(output.trim()).toMatch(/^ok \d\d+$/);
    },
  );
});
