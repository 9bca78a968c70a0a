/**
 * Records what MySQL answers to the expressions of test/functions/*.sql, one per line, into *.jsonl beside them.
 *
 *   npx tsx script/record-expressions.ts <port> [family …]
 *
 * A line: [expression, value, [type, length, flags, decimals], warnings], or [expression, { errno, message }]. Values are
 * the text protocol's text, `x'…'` for binary strings. Warnings are [level, code, message].
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';

const [port, ...families] = process.argv.slice(2);
const folder = 'test/functions';
const connection = await createConnection({
  host: '127.0.0.1',
  port: Number(port),
  user: 'root',
  charset: 'UTF8MB4_0900_AI_CI',
  rowsAsArray: true,
  typeCast: (field) => field.buffer() as unknown,
});
await connection.query("set timestamp = 1577934245, time_zone = '+00:00'");

function text(value: Buffer | null, column: { characterSet: number; columnType: number }): string | null {
  if (value === null) return null;
  const isBinary = column.characterSet === 63 && column.columnType >= 249 && column.columnType <= 254;
  return isBinary ? `x'${value.toString('hex').toUpperCase()}'` : value.toString('utf8');
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.sql'))) {
  const family = file.slice(0, -4);
  if (families.length > 0 && !families.includes(family)) continue;
  const lines: string[] = [];
  for (const expression of readFileSync(`${folder}/${file}`, 'utf8').split('\n')) {
    if (expression === '') continue;
    try {
      const [rows, fields] = await connection.query(`select ${expression}`);
      const column = fields[0] as unknown as {
        characterSet: number;
        columnType: number;
        columnLength: number;
        flags: number;
        decimals: number;
      };
      const [warnings] = await connection.query('show warnings');
      const list = (warnings as Buffer[][]).map((row) => [String(row[0]), Number(row[1]), String(row[2])]);
      const value = text((rows as (Buffer | null)[][])[0]![0]!, column);
      lines.push(
        JSON.stringify([
          expression,
          value,
          [column.columnType, column.columnLength, column.flags, column.decimals],
          list,
        ]),
      );
    } catch (error) {
      const { errno, sqlMessage } = error as { errno: number; sqlMessage: string };
      lines.push(JSON.stringify([expression, { errno, message: sqlMessage }]));
    }
  }
  writeFileSync(`${folder}/${family}.jsonl`, `${lines.join('\n')}\n`);
  console.log(family, lines.length);
}
await connection.end();
