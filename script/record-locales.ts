/**
 * Records the names of months and days of MySQL's locales (lc_time_names) into src/sql/functions/locales.data.ts.
 *
 *   npx tsx script/record-locales.ts <port>
 */
import { writeFileSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';

const LOCALES_MAX = 200;
const connection = await createConnection({
  host: '127.0.0.1',
  port: Number(process.argv[2]),
  user: 'root',
  charset: 'UTF8MB4_0900_AI_CI',
  rowsAsArray: true,
});

async function texts(sql: string): Promise<string[]> {
  const [rows] = await connection.query(sql);
  return (rows as string[][])[0]!;
}

const months = Array.from({ length: 12 }, (_, i) => `2024-${String(i + 1).padStart(2, '0')}-01`);
const days = Array.from({ length: 7 }, (_, i) => `2024-01-0${i + 1}`); // Monday first
const list = (dates: readonly string[], format: string): string =>
  dates.map((date) => `date_format('${date}', '${format}')`).join(', ');

const lines: string[] = [];
for (let number = 0; number < LOCALES_MAX; number++) {
  try {
    await connection.query(`set lc_time_names = ${number}`);
  } catch {
    continue;
  }
  const [name] = await texts('select @@lc_time_names');
  const facts = [
    name!,
    String(number),
    ...(await Promise.all([
      texts(`select ${list(months, '%M')}`),
      texts(`select ${list(months, '%b')}`),
      texts(`select ${list(days, '%W')}`),
      texts(`select ${list(days, '%a')}`),
    ]).then((parts) => parts.map((part) => part.join('|')))),
  ];
  lines.push(`  [${facts.map((fact) => JSON.stringify(fact)).join(', ')}],`);
}
await connection.end();
writeFileSync(
  'src/sql/functions/locales.data.ts',
  `/** MySQL's locales: name, number, months, their short names, days from Monday, their short names. script/record-locales.ts. */
export const LOCALES: readonly (readonly [
  name: string,
  number: string,
  months: string,
  shortMonths: string,
  days: string,
  shortDays: string,
])[] = [
${lines.join('\n')}
];
`,
);
