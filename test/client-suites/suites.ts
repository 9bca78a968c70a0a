/**
 * How the own test suites of MySQL's clients run against a server on a port, and what they reach on MySQL 9.7.
 *
 * The suites are no part of this repository: a checkout of each, with its packages installed (and compiled, where it says so) by
 * its own instructions, lies in one folder under its name.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Target {
  readonly port: number;
  /** The checkout. */
  readonly folder: string;
  /** For files of this run. */
  readonly scratch: string;
  readonly report: string;
}

export interface ClientSuite {
  readonly reference: string;
  /** Inside the checkout, where it runs. */
  readonly folder?: string;
  /** Exists when the checkout is ready to run. */
  readonly needs: string;
  readonly database: string;
  /** Run as root first. */
  readonly statements?: readonly string[];
  /** The suite connects to this port and no other: it is forwarded. */
  readonly fixedPort?: number;
  readonly report: 'mocha' | 'vitest' | 'poku';
  command(target: Target): readonly string[];
  environment(target: Target): Readonly<Record<string, string>>;
}

const mochaReport = (target: Target): string[] => [
  '--reporter',
  'json',
  '--reporter-option',
  `output=${target.report}`,
];

const connection = (target: Target, database: string): object => ({
  host: '127.0.0.1',
  port: target.port,
  password: '',
  database,
});

export const SUITES: Readonly<Record<string, ClientSuite>> = {
  'node-mysql2': {
    reference: '226 of 227 files',
    needs: 'node_modules/poku',
    database: 'client_mysql2',
    report: 'poku',
    command: () => ['node_modules/poku/lib/bin/index.js'],
    environment: ({ port }) => ({
      MYSQL_HOST: '127.0.0.1',
      MYSQL_PORT: String(port),
      MYSQL_USER: 'root',
      MYSQL_DATABASE: 'client_mysql2',
    }),
  },
  kysely: {
    reference: '524 pass',
    needs: 'test/node/dist',
    database: 'kysely_test',
    statements: ["CREATE USER IF NOT EXISTS 'kysely'@'%' IDENTIFIED BY 'kysely'", "GRANT ALL ON *.* TO 'kysely'@'%'"],
    fixedPort: 3308,
    report: 'mocha',
    command: (target) => [
      'node_modules/mocha/bin/mocha.js',
      '--exit',
      '--timeout',
      '60000',
      ...mochaReport(target),
      'test/node/dist/**/*.test.js',
    ],
    environment: () => ({ DIALECTS: 'mysql' }),
  },
  knex: {
    reference: '445 pass, 1 fails',
    needs: 'lib/index.js',
    database: 'client_knex',
    report: 'mocha',
    // Its tests of SQLite are in the same files.
    command: (target) => [
      'node_modules/mocha/bin/mocha.js',
      ...['--exit', '-t', '60000', '--invert', '--grep', 'sqlite'],
      ...['--config', 'test/mocha-integration-config-test.js'],
      ...mochaReport(target),
    ],
    environment: (target) => {
      const file = join(target.scratch, 'knex.cjs');
      const mysql = { ...connection(target, 'client_knex'), user: 'root', charset: 'utf8' };
      writeFileSync(file, `module.exports = ${JSON.stringify({ mysql })};\n`);
      return { KNEX_TEST: file, DB: 'mysql2' };
    },
  },
  typeorm: {
    reference: '3,029 pass, 11 fail',
    needs: 'build/compiled/test',
    database: 'client_typeorm',
    report: 'mocha',
    command: (target) => ['node_modules/mocha/bin/mocha.js', ...mochaReport(target)],
    environment: (target) => {
      const entry = { type: 'mysql', ...connection(target, 'client_typeorm'), username: 'root', logging: false };
      writeFileSync(join(target.folder, 'ormconfig.json'), `${JSON.stringify([{ skip: false, ...entry }])}\n`);
      return {};
    },
  },
  'drizzle-orm': {
    reference: '426 tests, an 8.x server',
    folder: 'integration-tests',
    needs: 'node_modules/vitest',
    database: 'client_drizzle',
    report: 'vitest',
    command: ({ report }) => [
      ...['node_modules/vitest/vitest.mjs', 'run', '--reporter=json', `--outputFile=${report}`],
      ...['tests/mysql', 'tests/relational/mysql'],
    ],
    environment: ({ port }) => ({
      MYSQL_CONNECTION_STRING: `mysql://root@127.0.0.1:${port}/client_drizzle`,
      SKIP_EXTERNAL_DB_TESTS: '1',
    }),
  },
};
