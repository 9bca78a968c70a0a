/** A catalog made from CREATE statements, and a planner context over it: for the tests of this room. */
import type * as ast from '../../ast/index.ts';
import type { Catalog, SchemaDef, TableDef, ViewDef } from '../../catalog/index.ts';
import { buildTable, type BuildContext } from '../../ddl/index.ts';
import { DEFAULT_SQL_MODE, type EvalSession, type SqlMode } from '../../expr/index.ts';
import { functionRegistry } from '../../functions/index.ts';
import { parse, parseExpressionText, parseQueryText } from '../../parser/index.ts';
import type { StatementPlan } from '../../plan/index.ts';
import { type FieldType, intType } from '../../types/index.ts';
import {
  bindTableExpression,
  explainPlan,
  planStatement,
  type PlannerContext,
  type TableStatistics,
} from '../index.ts';

const COLLATION = 'utf8mb4_0900_ai_ci';

const NO_SERVICE = (): never => {
  throw new Error('not in this fixture');
};

const EVAL_SESSION: EvalSession = {
  codecs: {
    encipher: NO_SERVICE,
    decipher: NO_SERVICE,
    hkdf: NO_SERVICE,
    pbkdf2: NO_SERVICE,
    zlibCompress: NO_SERVICE,
    zlibUncompress: NO_SERVICE,
  },
  userLocks: { acquire: NO_SERVICE, release: NO_SERVICE, releaseAll: NO_SERVICE, ownerOf: NO_SERVICE },
  sqlMode: DEFAULT_SQL_MODE,
  strict: true,
  timeZone: '+00:00',
  nowMicros: 1_700_000_000_000_000,
  currentMicros: () => 1_700_000_000_000_000,
  random: () => 0.5,
  randomBytes: (length) => new Uint8Array(length),
  connectionId: 1,
  user: 'root@localhost',
  currentUser: 'root@localhost',
  database: 'test',
  version: '8.4.0',
  collationConnection: COLLATION,
  divPrecisionIncrement: 4,
  groupConcatMaxLength: 1024,
  maxAllowedPacket: 67108864,
  defaultWeekFormat: 0,
  lcTimeNames: 'en_US',
  foundRows: 0,
  rowCount: 0,
  lastInsertId: 0,
  getUserVariable: () => undefined,
  setUserVariable: () => undefined,
  getSystemVariable: () => ({ value: 0, type: intType('big') }),
};

class MemoryCatalog implements Catalog {
  readonly version = 1;
  readonly schema: SchemaDef = { id: 1, name: 'test', collation: COLLATION };
  readonly items = new Map<string, TableDef | ViewDef>();

  findSchema(name: string): SchemaDef | undefined {
    return name === 'test' ? this.schema : undefined;
  }
  findTable(schema: string, name: string): TableDef | ViewDef | undefined {
    return schema === 'test' ? this.items.get(name) : undefined;
  }
  findTableById(id: number): TableDef | undefined {
    for (const item of this.items.values()) if (item.kind === 'table' && item.id === id) return item;
    return undefined;
  }
  schemas(): readonly SchemaDef[] {
    return [this.schema];
  }
  tables(): readonly (TableDef | ViewDef)[] {
    return [...this.items.values()];
  }
  referencing(schema: string, table: string): ReturnType<Catalog['referencing']> {
    return [...this.items.values()].flatMap((item) =>
      item.kind === 'table'
        ? item.foreignKeys
            .filter((key) => key.referencedSchema === schema && key.referencedTable === table)
            .map((key) => ({ table: item, key }))
        : [],
    );
  }
}

export class PlannerFixture {
  readonly catalog = new MemoryCatalog();
  readonly rowCounts = new Map<string, number>();
  readonly statistics = new Map<string, TableStatistics>();
  readonly traced: { readonly rule: string; readonly plan: string }[] = [];
  sqlMode: SqlMode = DEFAULT_SQL_MODE;
  paramTypes: readonly FieldType[] = [];

  /** Runs CREATE TABLE and CREATE VIEW statements, separated by ';' and a line break. */
  create(sql: string): this {
    for (const text of sql.split(/;\s*(?:\n|$)/)) {
      if (text.trim() === '') continue;
      const { statement } = parse(text);
      if (statement.kind === 'create-table') this.#createTable(statement);
      else if (statement.kind === 'create-view') this.#createView(statement, text);
      else throw new Error(`fixture cannot run ${statement.kind}`);
    }
    return this;
  }

  #createTable(statement: ast.CreateTable): void {
    const context: BuildContext = {
      catalog: this.catalog,
      schema: 'test',
      schemaCollation: COLLATION,
      nowMs: 0,
      foreignKeyChecks: false,
      strict: true,
      standardForeignKeys: true,
      warn: () => {},
      parseExpression: (text) => parseExpressionText(text),
      isFunction: (name) => functionRegistry.findFunction(name) !== undefined,
      formatExpression: (expression) => this.#text.slice(expression.start, expression.end),
      literalDefault: (expression) => ({
        kind: 'literal',
        text: expression.kind === 'null' ? null : String((expression as { value?: unknown }).value),
      }),
      evaluate: (expression) => ({
        value: (expression as { value?: number }).value ?? null,
        type: intType('big', { nullable: false }),
      }),
      convert: (value) => value,
      expressionType: (text, table) => bindTableExpression(table, parseExpressionText(text), this.context('')).type,
    };
    const id = this.catalog.items.size + 1;
    const table = buildTable(statement, context);
    this.catalog.items.set(table.name, { ...table, id });
  }
  #text = '';

  #createView(statement: ast.CreateView, text: string): void {
    this.catalog.items.set(statement.view.name, {
      kind: 'view',
      id: this.catalog.items.size + 1,
      schema: 'test',
      name: statement.view.name,
      version: 1,
      columns: statement.columns,
      sql: text.slice(statement.query.start, statement.query.end),
      definer: 'root@localhost',
      security: 'definer',
      algorithm: 'undefined',
      checkOption: 'none',
      collationConnection: COLLATION,
      charsetClient: 'utf8mb4',
    });
  }

  context(sourceText: string, trace = false): PlannerContext {
    return {
      catalog: this.catalog,
      database: 'test',
      session: {
        sqlMode: this.sqlMode,
        collationConnection: COLLATION,
        charsetConnection: 'utf8mb4',
        divPrecisionIncrement: 4,
        groupConcatMaxLength: 1024,
        userVariableType: () => undefined,
        systemVariableType: () => intType('big'),
      },
      evalSession: EVAL_SESSION,
      functions: functionRegistry,
      paramTypes: this.paramTypes,
      stats: {
        rowCount: (table) => this.rowCounts.get(table.name) ?? 1000,
        find: (table) => this.statistics.get(table.name),
      },
      virtualTables: { find: () => undefined },
      parseQuery: (sql) => parseQueryText(sql),
      parseExpression: (sql) => parseExpressionText(sql),
      sourceText,
      ...(trace && { trace: (rule: string, plan: string) => this.traced.push({ rule, plan }) }),
    };
  }

  plan(sql: string, trace = false): StatementPlan {
    this.traced.length = 0;
    return planStatement(parse(sql).statement, this.context(sql, trace));
  }

  /** EXPLAIN as text: one operator per line. */
  explain(sql: string): string {
    const { rows } = explainPlan(this.plan(sql), { format: 'brief' });
    return rows
      .map(([id, estimate, , object, info]) => [id, estimate, object, info].filter((part) => part !== '').join(' | '))
      .join('\n');
  }
}
