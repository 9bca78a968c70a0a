/** Runs random schemas and queries against one or two servers; a difference is shrunk and reported as SQL that shows it. */
import type { Connection } from 'mysql2/promise';
import { ask, compare, type Comparison, connect, describe, LOST, type Result } from './compare.ts';
import { explanation } from './known-differences.ts';
import { makePair, type Pair } from './oracles.ts';
import { QueryMaker } from './queries.ts';
import { Random } from './random.ts';
import { makeSchema, type Schema } from './schema.ts';
import { print, shrink, type Tree } from './tree.ts';
import { makeWrite } from './writes.ts';

export interface Options {
  readonly seed: number;
  readonly schemas: number;
  readonly queriesPerSchema: number;
  readonly ebbPort: number;
  /** The genuine MySQL; without one only NoREC and TLP run. */
  readonly mysqlPort?: number;
  readonly failuresMax: number;
  readonly shrinkCases: boolean;
  readonly log: (line: string) => void;
}

export interface Failure {
  readonly seed: number;
  readonly kind: string;
  /** Statements that build the schema, then the query. */
  readonly sql: string;
  readonly wanted: string;
  readonly got: string;
}

export interface Report {
  queries: number;
  same: number;
  /** Both refused the query: it compared no rows. */
  refused: number;
  dataErrors: number;
  readonly explained: Map<string, number>;
  readonly failures: Failure[];
}

interface Sides {
  readonly wanted: Result;
  readonly got: Result;
}

/** One random case: how to get both answers for a tree, and how to compare them. */
interface Case {
  readonly kind: string;
  readonly tree: Tree;
  readonly how: Comparison;
  readonly sides: (tree: Tree) => Promise<Sides>;
  readonly text: (tree: Tree) => string;
}

const INTERNAL_ERROR = 1815;

function isRefusal({ errno }: Result): boolean {
  return errno !== undefined && errno !== INTERNAL_ERROR && errno !== LOST;
}

const DATABASE = 'ebb_differential';

export async function runDifferential(options: Options): Promise<Report> {
  const report: Report = { queries: 0, same: 0, refused: 0, dataErrors: 0, explained: new Map(), failures: [] };
  for (let place = 0; place < options.schemas && report.failures.length < options.failuresMax; place++) {
    await new SchemaRun(options, options.seed + place, report).run();
  }
  return report;
}

class SchemaRun {
  readonly #options: Options;
  readonly #seed: number;
  readonly #report: Report;
  readonly #schema: Schema;
  readonly #random: Random;
  readonly #maker: QueryMaker;
  #ebb!: Connection;
  #mysql: Connection | undefined;
  #inTransaction = false;

  constructor(options: Options, seed: number, report: Report) {
    this.#options = options;
    this.#seed = seed;
    this.#report = report;
    this.#random = new Random(seed);
    this.#schema = makeSchema(this.#random);
    this.#maker = new QueryMaker(this.#random, this.#schema);
  }

  async run(): Promise<void> {
    const { ebbPort, mysqlPort, queriesPerSchema, failuresMax } = this.#options;
    this.#ebb = await this.#open(ebbPort);
    this.#mysql = mysqlPort === undefined ? undefined : await this.#open(mysqlPort);
    try {
      for (const statement of this.#schema.statements) await this.#setUp(statement);
      for (let count = 0; count < queriesPerSchema && this.#report.failures.length < failuresMax; count++) {
        await this.#judge(this.#makeCase());
      }
    } finally {
      this.#ebb.destroy();
      this.#mysql?.destroy();
    }
  }

  async #open(port: number): Promise<Connection> {
    const admin = await connect(port);
    await admin.query(`DROP DATABASE IF EXISTS ${DATABASE}`);
    await admin.query(`CREATE DATABASE ${DATABASE}`);
    await admin.query(`USE ${DATABASE}`);
    return admin;
  }

  async #setUp(statement: string): Promise<void> {
    const got = await ask(this.#ebb, statement);
    const wanted = this.#mysql === undefined ? got : await ask(this.#mysql, statement);
    if (compare(wanted, got, { ordered: false, coarse: false }) === 'same') return;
    this.#fail('schema', statement, { wanted, got });
  }

  #makeCase(): Case {
    const withMysql = this.#mysql !== undefined;
    const kind = this.#random.weighted([
      [withMysql ? 12 : 0, 'query'],
      [withMysql ? 2 : 0, 'write'],
      [1, 'NoREC'],
      [1, 'TLP'],
    ] as const);
    if (kind === 'query') return this.#queryCase();
    return kind === 'write' ? this.#writeCase() : this.#pairCase(makePair(this.#maker, kind));
  }

  #queryCase(): Case {
    const query = this.#maker.query();
    return {
      kind: 'query',
      tree: query.tree,
      how: query,
      text: print,
      sides: async (tree) => {
        const sql = print(tree);
        const [wanted, got] = await Promise.all([ask(this.#mysql!, sql), ask(this.#ebb, sql)]);
        return { wanted, got };
      },
    };
  }

  #pairCase(pair: Pair): Case {
    return {
      kind: pair.name,
      tree: pair.tree,
      how: { ordered: false, coarse: false },
      text: (tree) => pair.sides(tree).map(print).join(';\n'),
      sides: async (tree) => {
        const [one, other] = pair.sides(tree);
        const wanted = await ask(this.#ebb, print(one));
        const got = await ask(this.#ebb, print(other));
        // a condition that may be refused, is refused where it is evaluated
        return isRefusal(wanted) || isRefusal(got) ? { wanted: got, got } : { wanted, got };
      },
    };
  }

  #writeCase(): Case {
    const { tree, table } = makeWrite(this.#random, this.#schema);
    const both = async (connection: Connection, sql: string): Promise<Result> => {
      await ask(connection, this.#inTransaction ? 'SAVEPOINT before_write' : 'BEGIN');
      const done = await ask(connection, sql);
      const left = done.errno === undefined ? await ask(connection, `SELECT * FROM ${table.name}`) : done;
      await ask(connection, this.#inTransaction ? 'ROLLBACK TO before_write' : 'ROLLBACK');
      // how many rows a write counted is part of its answer
      return done.affected === undefined ? left : { ...left, affected: done.affected };
    };
    return {
      kind: 'write',
      tree,
      how: { ordered: false, coarse: false },
      text: (candidate) => `BEGIN;\n${print(candidate)};\nSELECT * FROM ${table.name};\nROLLBACK`,
      sides: async (candidate) => {
        const sql = print(candidate);
        const [wanted, got] = await Promise.all([both(this.#mysql!, sql), both(this.#ebb, sql)]);
        return { wanted, got };
      },
    };
  }

  async #judge(random: Case): Promise<void> {
    const report = this.#report;
    report.queries++;
    const sides = await random.sides(random.tree);
    const verdict = compare(sides.wanted, sides.got, random.how);
    if (verdict === 'data error') report.dataErrors++;
    else if (verdict === 'same') {
      report.same++;
      if (sides.wanted.errno !== undefined) report.refused++;
    } else {
      const known = explanation(random.text(random.tree), sides.wanted, sides.got);
      if (known === undefined) await this.#reportFailure(random, sides);
      else report.explained.set(known, (report.explained.get(known) ?? 0) + 1);
    }
  }

  async #reportFailure(random: Case, first: Sides): Promise<void> {
    if (!this.#options.shrinkCases) return this.#fail(random.kind, random.text(random.tree), first);
    let last = first;
    const tree = await shrink(random.tree, async (candidate) => {
      const sides = await random.sides(candidate);
      // another error is another matter
      if (sides.wanted.errno !== first.wanted.errno || sides.got.errno !== first.got.errno) return false;
      if (compare(sides.wanted, sides.got, random.how) !== 'different') return false;
      if (explanation(random.text(candidate), sides.wanted, sides.got) !== undefined) return false;
      last = sides;
      return true;
    });
    const failing = async (): Promise<boolean> => {
      const sides = await random.sides(tree);
      const differs = compare(sides.wanted, sides.got, random.how) === 'different';
      if (differs) last = sides;
      return differs;
    };
    // an internal error may have ended the transaction in which rows are deleted
    const gone = last.got.errno === undefined ? await this.#shrinkRows(random.text(tree), failing) : new Set<string>();
    this.#fail(random.kind, random.text(tree), last, gone);
  }

  /** Deletes rows in a transaction as long as the case fails without them; the INSERT statements that are not needed. */
  async #shrinkRows(text: string, failing: () => Promise<boolean>): Promise<Set<string>> {
    const connections = this.#mysql === undefined ? [this.#ebb] : [this.#ebb, this.#mysql];
    const everywhere = async (sql: string): Promise<void> => {
      for (const connection of connections) await ask(connection, sql);
    };
    const gone = new Set<string>();
    await everywhere('BEGIN');
    this.#inTransaction = true;
    for (const statement of this.#used(text)) {
      const insert = /^INSERT INTO (\w+) \(id.*?VALUES \((\d+)/.exec(statement);
      if (insert === null) continue;
      await everywhere('SAVEPOINT before_row');
      await everywhere(`DELETE FROM ${insert[1]} WHERE id = ${insert[2]}`);
      if (await failing()) gone.add(statement);
      else await everywhere('ROLLBACK TO before_row');
    }
    await failing();
    await everywhere('ROLLBACK');
    this.#inTransaction = false;
    return gone;
  }

  /** The statements that build the tables which a text names. */
  #used(text: string): string[] {
    return this.#schema.statements.filter((statement) => {
      const table = /^(?:CREATE TABLE|INSERT INTO) (\w+)/.exec(statement)?.[1];
      return table !== undefined && new RegExp(`\\b${table}\\b`).test(text);
    });
  }

  #fail(kind: string, text: string, { wanted, got }: Sides, gone: ReadonlySet<string> = new Set()): void {
    const used = this.#used(text).filter((statement) => !gone.has(statement));
    const sql = [...(kind === 'schema' ? [] : used), text].map((statement) => `${statement};`).join('\n');
    const failure: Failure = { seed: this.#seed, kind, sql, wanted: describe(wanted, got), got: describe(got, wanted) };
    this.#report.failures.push(failure);
    this.#options.log(
      `-- seed ${failure.seed}, ${kind}\n${sql}\n-- wanted: ${failure.wanted}\n-- got:    ${failure.got}\n`,
    );
  }
}
