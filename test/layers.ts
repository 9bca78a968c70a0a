/**
 * Which room may import which. The arrows of ARCHITECTURE.md, kept by tidy.test.ts; type-only imports count too.
 *
 * A room is a directory of src (of src/sql, its sub-directories and src/sql/ports.ts). Other rooms see it through its public
 * file only: index.ts, except where PUBLIC_FILES says otherwise. A room may import itself, of course.
 * New arrows are added here in the change that needs them, downwards only.
 */
const STORAGE = ['base', 'env', 'store', 'log', 'lsm', 'txn'];
const SQL = [
  'sql/types',
  'sql/ast',
  'sql/parser',
  'sql/catalog',
  'sql/ddl',
  'sql/expr',
  'sql/functions',
  'sql/ports',
  'sql/plan',
  'sql/infoschema',
  'sql/planner',
  'sql/exec',
];

export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  env: ['base'],
  store: ['base', 'env'],
  log: ['base', 'env', 'store'],
  lsm: ['base', 'env', 'store', 'log'],
  txn: ['base', 'env', 'store', 'log', 'lsm'],

  'sql/types': ['base'],
  'sql/ast': ['base', 'sql/types'],
  'sql/parser': ['base', 'sql/types', 'sql/ast'],
  'sql/catalog': ['base', 'sql/types', 'sql/ast'],
  'sql/ddl': ['base', 'sql/types', 'sql/ast', 'sql/catalog'],
  'sql/expr': ['base', 'sql/types', 'sql/ast', 'sql/catalog'],
  'sql/functions': ['base', 'sql/types', 'sql/ast', 'sql/catalog', 'sql/expr'],
  'sql/ports': ['base', 'sql/types', 'sql/catalog', 'sql/expr'],
  'sql/plan': ['base', 'sql/types', 'sql/ast', 'sql/catalog', 'sql/expr', 'sql/ports'],
  'sql/infoschema': ['base', 'sql/types', 'sql/ast', 'sql/catalog', 'sql/ddl', 'sql/expr', 'sql/ports', 'sql/plan'],
  'sql/planner': [
    'base',
    'sql/types',
    'sql/ast',
    'sql/catalog',
    'sql/ddl',
    'sql/expr',
    'sql/functions',
    'sql/ports',
    'sql/plan',
    'sql/infoschema',
  ],
  'sql/exec': ['base', 'sql/types', 'sql/ast', 'sql/catalog', 'sql/expr', 'sql/functions', 'sql/ports', 'sql/plan'],

  search: ['base'],
  columnar: ['base', 'env', 'sql/types', 'sql/catalog', 'sql/expr', 'sql/ports', 'sql/plan'],

  engine: [...STORAGE, ...SQL, 'search', 'columnar'],
  wire: ['base', 'env', 'sql/types', 'engine'],
  serverless: [...STORAGE, 'sql/types', 'engine', 'wire'],
  embedded: ['base', 'env', 'sql/types', 'engine'],
  /** src/index.ts, what `import 'ebb'` gives. */
  package: ['base', 'embedded'],
  cli: [...STORAGE, 'sql/types', 'sql/parser', 'sql/ast', 'engine', 'wire', 'serverless', 'embedded', 'package'],
};

export const PUBLIC_FILES: Readonly<Record<string, string>> = {
  'sql/ports': 'src/sql/ports.ts',
  package: 'src/index.ts',
};

/** The room of a file under src, by its path from the repository's root. */
export function roomOf(path: string): string {
  const [, first = '', second = ''] = path.split('/');
  if (second === '') return 'package';
  return first === 'sql' ? `sql/${second.replace(/\.ts$/, '')}` : first;
}

/** Rooms that may touch the world: node modules, real time, randomness, timers, the process. */
export const WORLDLY_ROOMS: readonly string[] = ['env', 'cli'];

/** Single files that may, each with its reason. */
export const WORLDLY_FILES: Readonly<Record<string, string>> = {
  'src/wire/mysql/server.ts': 'listens on sockets and watches their deadlines',
  'src/wire/mysql/connection.ts': 'owns one socket',
  'src/wire/mysql/flush-queue.ts': 'waits for the end of an event loop round',
  'src/wire/mysql/transport.ts': 'reads and writes sockets, plain and TLS',
  'src/wire/mysql/static-reads.ts': 'has plain sockets read into one buffer',
  'src/wire/mysql/server-context.ts': 'holds the TLS context of the listener',
  'src/wire/mysql/server-keys.ts': 'makes the key and the certificate at first start',
  'src/wire/mysql/certificate.ts': 'signs the certificate',
  'src/wire/mysql/authentication.ts': 'decrypts passwords with the key of the server',
  'src/wire/mysql/compressed-stream.ts': 'the compressed protocol is zlib',
};
