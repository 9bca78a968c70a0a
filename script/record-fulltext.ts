/**
 * Records MySQL's answers to the statements of test/fulltext/queries.sql (one per line) into answers.jsonl beside it.
 *
 *   npx tsx script/record-fulltext.ts <port>
 *
 * A line: rows as texts, or { errno, message }.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';

const folder = 'test/fulltext';
const connection = await createConnection({
  host: '127.0.0.1',
  port: Number(process.argv[2]),
  user: 'root',
  charset: 'UTF8MB4_0900_AI_CI',
  rowsAsArray: true,
  typeCast: (field) => field.string(),
});
await connection.query('drop database if exists record_fulltext');
await connection.query('create database record_fulltext');
await connection.query('use record_fulltext');
const lines: string[] = [];
for (const sql of readFileSync(`${folder}/queries.sql`, 'utf8').split('\n')) {
  if (sql === '') continue;
  try {
    const [rows] = await connection.query(sql);
    lines.push(JSON.stringify(Array.isArray(rows) ? rows : []));
  } catch (error) {
    const { errno, sqlMessage } = error as { errno: number; sqlMessage: string };
    lines.push(JSON.stringify({ errno, message: sqlMessage }));
  }
}
await connection.query('drop database record_fulltext');
await connection.end();
writeFileSync(`${folder}/answers.jsonl`, `${lines.join('\n')}\n`);
