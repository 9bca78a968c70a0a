/**
 * `npm run differential -- --seed=N --schemas=N --queries=N`: random queries on random schemas, Ebb beside the genuine MySQL that ../shared/services brings, and
 * NoREC and TLP on Ebb alone. `--queries` counts all queries. --port, --mysql-port use running servers (their database `ebb_differential` is dropped),
 * --no-mysql leaves MySQL out, --failures=N stops after so many, --no-shrink prints cases as they came.
 */
import { EbbServer } from '../harness/ebb-server.ts';
import { hasMysql, MysqlServer } from '../harness/mysql-server.ts';
import { runDifferential } from './runner.ts';

function option(name: string): string | undefined {
  return process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
}
const has = (name: string): boolean => process.argv.includes(`--${name}`);

const schemas = Number(option('schemas') ?? 500);
const queries = Number(option('queries') ?? 200_000);
const ebb = option('port') === undefined ? await EbbServer.start() : undefined;
const wantsMysql = !has('no-mysql') && option('mysql-port') === undefined && hasMysql();
const mysql = wantsMysql ? await MysqlServer.start() : undefined;
const mysqlPort = has('no-mysql') ? undefined : (mysql?.port ?? Number(option('mysql-port')));

try {
  const started = performance.now();
  const report = await runDifferential({
    seed: Number(option('seed') ?? 1),
    schemas,
    queriesPerSchema: Math.ceil(queries / schemas),
    ebbPort: ebb?.port ?? Number(option('port')),
    ...(mysqlPort !== undefined && { mysqlPort }),
    failuresMax: Number(option('failures') ?? 50),
    shrinkCases: !has('no-shrink'),
    log: console.log,
  });
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`${report.queries} queries over ${schemas} schemas in ${seconds} s`);
  console.log(
    `${report.same} same (${report.refused} of them refused by both), ${report.dataErrors} met an error of the data`,
  );
  for (const [name, count] of report.explained) console.log(`${count} explained: ${name}`);
  console.log(`${report.failures.length} unexplained differences`);
  process.exitCode = report.failures.length === 0 ? 0 : 1;
} finally {
  await ebb?.stop();
  await mysql?.stop();
}
