/**
 * Records what a MySQL server answers to the statement files: `MYSQL_PORT=… tsx test/statements/record.ts [name …]`.
 * Expected answers come from MySQL only; they are never edited by hand.
 */
import { writeFileSync } from 'node:fs';
import { createConnection, type ResultSetHeader } from 'mysql2/promise';
import { DATABASE, fileNames, FOLDER, inFixedOrder, type Outcome, statementsOf } from './statement-files.ts';

const port = Number(process.env['MYSQL_PORT']);
const names = process.argv.length > 2 ? process.argv.slice(2) : fileNames();
for (const name of names) {
  const connection = await createConnection({
    host: '127.0.0.1',
    port,
    user: 'root',
    rowsAsArray: true,
    typeCast: (field) => field.string(),
    flags: ['-FOUND_ROWS'],
  });
  await connection.query(`DROP DATABASE IF EXISTS ${DATABASE}`);
  await connection.query(`CREATE DATABASE ${DATABASE}`);
  await connection.query(`USE ${DATABASE}`);
  const lines: string[] = [];
  for (const sql of statementsOf(name)) lines.push(JSON.stringify([sql, await answer(sql)]));
  await connection.query(`DROP DATABASE ${DATABASE}`);
  await connection.end();
  writeFileSync(`${FOLDER}${name}.jsonl`, `${lines.join('\n')}\n`);
  console.log(`${name}: ${lines.length} statements`);

  async function answer(sql: string): Promise<Outcome> {
    try {
      const [result] = await connection.query(sql);
      if (Array.isArray(result)) return { rows: inFixedOrder(sql, result as unknown as (string | null)[][]) };
      const header = result as ResultSetHeader;
      const [warnings] = await connection.query('SHOW WARNINGS');
      const shown = (warnings as unknown as [string, string, string][]).map(
        ([level, errno, message]) => [level, Number(errno), message] as const,
      );
      return {
        ok: [header.affectedRows, Number(header.insertId), header.info.replace(/^[^A-Z(]*/, '')],
        warnings: shown,
      };
    } catch (error) {
      const { errno, sqlState, sqlMessage } = error as { errno: number; sqlState: string; sqlMessage: string };
      return { error: [errno, sqlState, sqlMessage] };
    }
  }
}
