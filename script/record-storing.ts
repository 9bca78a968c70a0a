/**
 * Records what MySQL stores and says for the assignments of test/storing/cases.txt, in strict and lenient mode.
 *
 *   npx tsx script/record-storing.ts <port>
 *
 * A line: [mode, assignment, stored text, warnings] or [mode, assignment, { errno, message }].
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';
import { CREATE_TABLE, MODES } from '../test/storing/table.ts';

const connection = await createConnection({
  host: '127.0.0.1',
  port: Number(process.argv[2]),
  user: 'root',
  charset: 'UTF8MB4_0900_AI_CI',
  rowsAsArray: true,
  typeCast: (field) => field.buffer() as unknown,
});
await connection.query("set timestamp = 1577934245, time_zone = '+00:00'");
await connection.query('create database if not exists types_room_storing');
await connection.query('use types_room_storing');
await connection.query('drop table if exists s');
await connection.query(CREATE_TABLE);
const lines: string[] = [];
for (const [mode, sqlMode] of Object.entries(MODES)) {
  await connection.query(`set sql_mode = '${sqlMode}'`);
  for (const assignment of readFileSync('test/storing/cases.txt', 'utf8').split('\n')) {
    if (assignment === '') continue;
    await connection.query('delete from s');
    try {
      await connection.query(`insert into s set ${assignment}`);
      const [warnings] = await connection.query('show warnings');
      const column = assignment.slice(0, assignment.indexOf(' '));
      const [rows] = await connection.query(`select cast(${column} as char), hex(${column}) from s`);
      const row = (rows as (Buffer | null)[][])[0]!;
      const list = (warnings as Buffer[][]).map((warning) => [
        String(warning[0]),
        Number(warning[1]),
        String(warning[2]),
      ]);
      lines.push(
        JSON.stringify([
          mode,
          assignment,
          [row[0] === null ? null : String(row[0]), row[1] === null ? null : String(row[1])],
          list,
        ]),
      );
    } catch (error) {
      const { errno, sqlMessage } = error as { errno: number; sqlMessage: string };
      lines.push(JSON.stringify([mode, assignment, { errno, message: sqlMessage }]));
    }
  }
}
writeFileSync('test/storing/recorded.jsonl', `${lines.join('\n')}\n`);
await connection.query('drop database types_room_storing');
await connection.end();
console.log(lines.length);
