/**
 * CREATE, ALTER, DROP, RENAME, TRUNCATE of databases, tables, indexes and views: from statement to definition to storage.
 *
 * The session's open transaction was committed before (statement-dispatch.ts). One change runs at a time per branch; the
 * store serialises them and waits for transactions that use the table.
 */
import { andThen, type MaybePromise, sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { checkTableName, planAlterTable } from '../../sql/ddl/index.ts';
import { isVirtualSchema } from '../../sql/infoschema/index.ts';
import { charsetOf, collationOf, defaultCollationOf, type Row } from '../../sql/types/index.ts';
import { okResult } from '../session/results.ts';
import { type DdlJob, jobProgress, jobType } from '../tidb/ddl-jobs.ts';
import type { SchemaChanger } from '../session/session-host.ts';
import type { EngineSession } from '../session/session.ts';
import type { StatementResult } from '../session-port.ts';
import { buildContext, checkExpressions } from './build-context.ts';
import { getTable, requireFree, schemaOf } from './relation-lookup.ts';
import { createTable } from './create-table.ts';
import { createView } from './create-view.ts';
import {
  dropTemporary,
  isOfSession,
  rebuilt,
  requireTemporaryChange,
  storeOf,
} from '../temporary/temporary-changes.ts';
import { runFlashback } from './flashback.ts';
import { changePartitions } from './partition-changes.ts';
import { rowCheck, rowConversion } from './row-conversion.ts';
import type { RelationName, SchemaStore } from './schema-store.ts';
import { checkEngineChange } from './check-engine.ts';

export class SchemaChanges implements SchemaChanger {
  readonly #store: SchemaStore;

  constructor(store: SchemaStore) {
    this.#store = store;
  }

  /** Every change is a job (ADMIN SHOW DDL JOBS). */
  run(statement: ast.Statement, session: EngineSession): MaybePromise<StatementResult> {
    const { clock } = session.host.env;
    const { ddlJobs } = session.host.additions;
    const job = ddlJobs.start({
      ...namesOf(statement, session),
      type: jobType(statement),
      query: session.currentSql ?? '',
      createdAtMs: clock.nowMs(),
    });
    const end = (failed: boolean): void => ddlJobs.end(job, clock.nowMs(), failed);
    try {
      const result = this.#run(statement, session, job);
      if (!(result instanceof Promise)) {
        end(false);
        return result;
      }
      return result.then(
        (done) => {
          end(false);
          return done;
        },
        (error: unknown) => {
          end(true);
          throw error;
        },
      );
    } catch (error) {
      end(true);
      throw error;
    }
  }

  #run(statement: ast.Statement, session: EngineSession, job: DdlJob): MaybePromise<StatementResult> {
    switch (statement.kind) {
      case 'create-database':
        return this.#createDatabase(statement, session);
      case 'alter-database':
        return this.#alterDatabase(statement, session);
      case 'drop-database':
        return this.#dropDatabase(statement, session);
      case 'create-table':
        return createTable(this.#store, statement, session);
      case 'alter-table':
        return this.#alterTable(statement, session, job);
      case 'create-index':
        return this.#alterTable(
          alterOf(statement, { kind: 'add-constraint', constraint: statement.index }),
          session,
          job,
        );
      case 'drop-index':
        return this.#alterTable(alterOf(statement, { kind: 'drop-index', name: statement.name }), session, job);
      case 'drop-table':
        return this.#dropTables(statement, session);
      case 'drop-view':
        return this.#drop(statement.views, 'view', statement.ifExists, session);
      case 'rename-table':
        return this.#rename(statement, session);
      case 'truncate-table':
        return this.#truncate(statement, session);
      case 'flashback':
        return runFlashback(statement, this.#store, session);
      case 'create-view':
        return createView(this.#store, statement, session);
      default:
        throw sqlError('ER_NOT_SUPPORTED_YET', statement.kind.toUpperCase().replaceAll('-', ' '));
    }
  }

  #createDatabase(statement: ast.CreateDatabase, session: EngineSession): MaybePromise<StatementResult> {
    const { name } = statement;
    if (name.length === 0 || name.endsWith(' ')) throw sqlError('ER_WRONG_DB_NAME', name);
    if ([...name].length > 64) throw sqlError('ER_TOO_LONG_IDENT', name);
    if (isVirtualSchema(name))
      throw sqlError('ER_DBACCESS_DENIED_ERROR', session.account.user, session.account.host, name);
    const collation = databaseCollation(
      statement.options,
      session.state.globals.get('collation_server') ?? 'utf8mb4_0900_ai_ci',
    );
    if (session.host.catalog().findSchema(name) !== undefined) {
      if (!statement.ifNotExists) throw sqlError('ER_DB_CREATE_EXISTS', name);
      session.warn(1007, `Can't create database '${name}'; database exists`, 'Note');
      return okResult({ affectedRows: 1, warningCount: session.state.diagnostics.warningCount });
    }
    return andThen(this.#store.createSchema(name, collation), () => okResult({ affectedRows: 1 }));
  }

  #alterDatabase(statement: ast.AlterDatabase, session: EngineSession): MaybePromise<StatementResult> {
    const name = statement.name ?? session.state.database;
    if (name === null) throw sqlError('ER_NO_DB_ERROR');
    const schema = session.host.catalog().findSchema(name);
    if (schema === undefined) throw sqlError('ER_NO_SUCH_DB', name);
    const collation = databaseCollation(statement.options, schema.collation);
    return andThen(this.#store.alterSchema(name, collation), () => {
      if (session.state.database === name) session.state.setDatabase(name, collation);
      return okResult({ affectedRows: 1 });
    });
  }

  #dropDatabase(statement: ast.DropDatabase, session: EngineSession): MaybePromise<StatementResult> {
    const { name } = statement;
    if (isVirtualSchema(name))
      throw sqlError('ER_DBACCESS_DENIED_ERROR', session.account.user, session.account.host, name);
    if (name === 'mysql') throw sqlError('ER_NO_SYSTEM_SCHEMA_ACCESS', name);
    if (session.host.catalog().findSchema(name) === undefined) {
      if (!statement.ifExists) throw sqlError('ER_DB_DROP_EXISTS', name);
      session.warn(1008, `Can't drop database '${name}'; database doesn't exist`, 'Note');
      return okResult({ warningCount: session.state.diagnostics.warningCount });
    }
    this.#refuseReferencedSchema(name, session);
    const dropped = andThen(session.host.additions.sequences.dropSchema(name), () => this.#store.dropSchema(name));
    return andThen(dropped, (count) => {
      if (session.state.database === name)
        session.state.setDatabase(null, session.state.globals.get('collation_server') ?? 'utf8mb4_0900_ai_ci');
      return okResult({ affectedRows: count });
    });
  }

  #refuseReferencedSchema(name: string, session: EngineSession): void {
    if (!session.foreignKeyChecks) return;
    const catalog = session.host.catalog();
    for (const table of catalog.tables(name)) {
      const other = catalog.referencing(name, table.name).find((reference) => reference.table.schema !== name);
      if (other !== undefined) throw sqlError('ER_FK_CANNOT_DROP_PARENT', table.name, other.key.name, other.table.name);
    }
  }

  #alterTable(statement: ast.AlterTable, session: EngineSession, job: DdlJob): MaybePromise<StatementResult> {
    const table = getTable(session, statement.table);
    const operation = statement.actions.find((action) => action.kind === 'partition')?.operation;
    if (operation !== undefined) return changePartitions(this.#store, table, operation, session);
    checkEngineChange(session, statement, table);
    const onlyRenames = statement.actions.every((action) => action.kind === 'rename-table');
    const plan = rebuilt(planAlterTable(statement, table, buildContext(session, table.schema)));
    const renamed = plan.after.schema !== table.schema || plan.after.name !== table.name;
    if (renamed) requireFree(session, plan.after);
    else if (onlyRenames && !plan.rebuild) return okResult();
    if (statement.actions.length === 0 && !plan.rebuild) return okResult();
    checkExpressions(session, plan.after);
    const convert = rowConversion(session, plan);
    const check = rowCheck(session, plan);
    const progress = (rows: number): void => {
      session.interrupt.check();
      jobProgress(job, rows);
    };
    const counted = (rows: readonly Row[]): Row[] => {
      progress(rows.length);
      return convert.convert(rows);
    };
    return andThen(
      storeOf(session, table, this.#store).alterTable(plan, {
        convert: plan.rebuild ? counted : convert.convert,
        check: check?.check,
        progress,
        zone: session.state.zone,
      }),
      () => {
        if (onlyRenames && !plan.rebuild && !isOfSession(table)) return okResult();
        return alteredResult(session, plan.countsRows ? Math.max(convert.rows(), check?.rows() ?? 0) : 0);
      },
    );
  }

  /** A name means the session's temporary table first; with TEMPORARY nothing else. */
  #dropTables(statement: ast.DropTable, session: EngineSession): MaybePromise<StatementResult> {
    const { temporary } = session;
    if (statement.temporary) requireTemporaryChange(session);
    else if (temporary === undefined) return this.#drop(statement.tables, 'table', statement.ifExists, session);
    const own: RelationName[] = [];
    const others: ast.TableName[] = [];
    for (const name of statement.tables) {
      const schema = schemaOf(session, name.schema);
      if (temporary?.find(schema, name.name) === undefined) others.push(name);
      else own.push({ schema, name: name.name });
    }
    const qualified = others.map((name) => `${schemaOf(session, name.schema)}.${name.name}`);
    if (statement.temporary && others.length > 0) {
      if (!statement.ifExists) throw sqlError('ER_BAD_TABLE_ERROR', qualified.join(','));
      for (const name of qualified) session.warn(1051, `Unknown table '${name}'`, 'Note');
    }
    const rest = statement.temporary || others.length === 0;
    const shared = rest ? undefined : this.#drop(others, 'table', statement.ifExists, session);
    return andThen(shared, () =>
      andThen(dropTemporary(session, own), () => okResult({ warningCount: session.state.diagnostics.warningCount })),
    );
  }

  #drop(
    names: readonly ast.TableName[],
    kind: 'table' | 'view',
    ifExists: boolean,
    session: EngineSession,
  ): MaybePromise<StatementResult> {
    const found: RelationName[] = [];
    const missing: string[] = [];
    for (const name of names) {
      const schema = schemaOf(session, name.schema);
      const relation = session.host.catalog().findTable(schema, name.name);
      if (relation?.kind === kind) found.push({ schema, name: name.name });
      else if (relation !== undefined && kind === 'view') {
        if (!ifExists) throw sqlError('ER_WRONG_OBJECT', schema, name.name, 'VIEW');
        session.warn(1347, `'${schema}.${name.name}' is not VIEW`, 'Note');
      } else missing.push(`${schema}.${name.name}`);
    }
    if (missing.length > 0 && !ifExists) throw sqlError('ER_BAD_TABLE_ERROR', missing.join(','));
    for (const name of missing) session.warn(1051, `Unknown table '${name}'`, 'Note');
    if (kind === 'table') refuseReferenced(found, session);
    const done = found.length === 0 ? undefined : this.#store.dropRelations(found);
    return andThen(done, () => okResult({ warningCount: session.state.diagnostics.warningCount }));
  }

  #rename(statement: ast.RenameTable, session: EngineSession): MaybePromise<StatementResult> {
    // Renames run left to right, so that a swap through a third name works.
    const present = new Map<string, boolean>();
    const isPresent = (name: RelationName): boolean =>
      present.get(`${name.schema}.${name.name}`) ??
      session.host.catalog().findTable(name.schema, name.name) !== undefined;
    const renames = statement.renames.map(({ from, to }) => {
      const source = { schema: schemaOf(session, from.schema), name: from.name };
      const target = { schema: schemaOf(session, to.schema), name: to.name };
      checkTableName(target.name);
      if (session.host.catalog().findSchema(target.schema) === undefined)
        throw sqlError('ER_BAD_DB_ERROR', target.schema);
      if (!isPresent(source)) throw sqlError('ER_NO_SUCH_TABLE', source.schema, source.name);
      if (isPresent(target)) throw sqlError('ER_TABLE_EXISTS_ERROR', target.name);
      present.set(`${source.schema}.${source.name}`, false);
      present.set(`${target.schema}.${target.name}`, true);
      return { from: source, to: target };
    });
    return andThen(this.#store.renameTables(renames), () => okResult());
  }

  #truncate(statement: ast.TruncateTable, session: EngineSession): MaybePromise<StatementResult> {
    const table = getTable(session, statement.table, 'ER_NO_SUCH_TABLE');
    const reference = session.catalog
      .referencing(table.schema, table.name)
      .find((candidate) => candidate.table.id !== table.id);
    if (reference !== undefined && session.foreignKeyChecks) {
      throw sqlError(
        'ER_TRUNCATE_ILLEGAL_FK',
        `\`${reference.table.schema}\`.\`${reference.table.name}\`, CONSTRAINT \`${reference.key.name}\``,
      );
    }
    return andThen(storeOf(session, table, this.#store).truncateTable(table), () => okResult());
  }
}

/** What the change is about, for the list of jobs. */
function namesOf(statement: ast.Statement, session: EngineSession): { schema: string; table: string } {
  const at = statement as unknown as {
    readonly table?: ast.TableName;
    readonly view?: ast.TableName;
    readonly tables?: readonly ast.TableName[];
    readonly name?: string;
  };
  const table = at.table ?? at.view ?? at.tables?.[0];
  if (table !== undefined) return { schema: table.schema ?? session.state.database ?? '', table: table.name };
  return { schema: at.name ?? session.state.database ?? '', table: '' };
}

function alteredResult(session: EngineSession, rows: number): StatementResult {
  const { warningCount } = session.state.diagnostics;
  return okResult({
    affectedRows: rows,
    info: `Records: ${rows}  Duplicates: 0  Warnings: ${warningCount}`,
    warningCount,
  });
}

/** CREATE INDEX and DROP INDEX are ALTER TABLE with one action. */
function alterOf(statement: ast.CreateIndex | ast.DropIndex, action: ast.AlterAction): ast.AlterTable {
  return {
    kind: 'alter-table',
    start: statement.start,
    end: statement.end,
    table: statement.table,
    actions: [action],
    online: statement.online,
    validation: undefined,
    partitioning: undefined,
    removePartitioning: false,
  };
}

function refuseReferenced(names: readonly RelationName[], session: EngineSession): void {
  if (!session.foreignKeyChecks) return;
  const dropped = (schema: string, name: string): boolean =>
    names.some((other) => other.schema === schema && other.name === name);
  for (const { schema, name } of names) {
    const reference = session.host
      .catalog()
      .referencing(schema, name)
      .find((candidate) => !dropped(candidate.table.schema, candidate.table.name));
    if (reference !== undefined)
      throw sqlError('ER_FK_CANNOT_DROP_PARENT', name, reference.key.name, reference.table.name);
  }
}

function databaseCollation(options: ast.DatabaseOptions, otherwise: string): string {
  if (options.collation !== undefined) {
    const collation = collationOf(options.collation).name;
    if (options.charset !== undefined && charsetOf(collation) !== options.charset) {
      throw sqlError('ER_COLLATION_CHARSET_MISMATCH', collation, options.charset);
    }
    return collation;
  }
  return options.charset === undefined ? otherwise : defaultCollationOf(options.charset);
}
