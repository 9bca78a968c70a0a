/** Records what MySQL makes of the LOAD DATA cases: `MYSQL_PORT=… tsx test/load-data/record.ts`. Needs local_infile = 1 on the server. */
import { writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createConnection, type ResultSetHeader } from 'mysql2/promise';
import { CASES, type LoadOutcome, statementOf, TABLE } from './cases.ts';

const connection = await createConnection({
  host: '127.0.0.1',
  port: Number(process.env['MYSQL_PORT']),
  user: 'root',
  rowsAsArray: true,
  typeCast: (field) => field.string(),
});
await connection.query('DROP DATABASE IF EXISTS load_data');
await connection.query('CREATE DATABASE load_data');
await connection.query('USE load_data');
const outcomes: LoadOutcome[] = [];
for (const load of CASES) {
  await connection.query('DROP TABLE IF EXISTS t');
  await connection.query(TABLE);
  let outcome: Partial<LoadOutcome>;
  try {
    const [result] = await connection.query({
      sql: statementOf(load),
      infileStreamFactory: () => Readable.from([Buffer.from(load.text)]),
    });
    const header = result as ResultSetHeader;
    outcome = { ok: [header.affectedRows, header.info.replace(/^[^A-Z]*/, '')] };
  } catch (error) {
    const { errno, sqlMessage } = error as { errno: number; sqlMessage: string };
    outcome = { error: [errno, sqlMessage] };
  }
  const [warnings] = (await connection.query('SHOW WARNINGS')) as unknown as [string[][]];
  const [rows] = (await connection.query('SELECT * FROM t ORDER BY e')) as unknown as [(string | null)[][]];
  outcomes.push({ ...outcome, warnings: warnings.map((row) => row.join(' ')), rows });
}
await connection.query('DROP DATABASE load_data');
await connection.end();
writeFileSync(new URL('recorded.json', import.meta.url), `${JSON.stringify(outcomes, undefined, 1)}\n`);
