/**
 * Runs src/engine/accounts/testdata/grants.sql against a genuine MySQL and records what it answers beside it.
 * usage: node --import tsx script/accounts/record-grants.ts <port>
 */
import { readFileSync, writeFileSync } from 'node:fs';
import mysql from 'mysql2/promise';

const directory = new URL('../../src/engine/accounts/testdata/', import.meta.url);
const statements = readFileSync(new URL('grants.sql', directory), 'utf8').trim().split('\n');
const connection = await mysql.createConnection({ host: '127.0.0.1', port: Number(process.argv[2]), user: 'root' });
await connection.query('create database acc_room');
await connection.query('use acc_room');
await connection.query('create table t (a int, b int, c int)');
await connection.query('create table t2 (a int)');
const steps: unknown[] = [];
for (const sql of statements) {
  try {
    const [result] = await connection.query(sql);
    const rows = Array.isArray(result) ? result.map((row) => Object.entries(row)[0]) : undefined;
    const [warnings] = await connection.query('show warnings');
    const notes = (warnings as { Code: number; Message: string }[]).map((row) => [row.Code, row.Message]);
    steps.push({
      sql,
      ...(rows === undefined ? {} : { header: rows[0]?.[0], rows: rows.map((row) => masked(row?.[1])) }),
      ...(notes.length > 0 ? { notes } : {}),
    });
  } catch (error) {
    const { errno, sqlState, message } = error as { errno: number; sqlState: string; message: string };
    steps.push({ sql, error: [errno, sqlState, message] });
  }
}
await connection.query('drop database acc_room');
await connection.end();
writeFileSync(
  new URL('grants.recorded.json', directory),
  `[\n${steps.map((step) => JSON.stringify(step)).join(',\n')}\n]\n`,
);

/** Salts differ on every run. */
function masked(text: string | undefined): string | undefined {
  return text?.replace(/ AS '\$A\$.*?' (?=DEFAULT ROLE|REQUIRE)/s, " AS '<hash>' ");
}
