/**
 * The role of this database in TiDB's bidirectional replication (ADMIN SET BDR ROLE): a primary allows only schema changes that the other side
 * can follow at any moment, a secondary none at all. Ebb replicates to nobody, but keeps who relies on the rule from breaking it.
 */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { Documents } from '../documents.ts';

const DOCUMENT = 'bdr-role';

type Role = 'primary' | 'secondary';

export class ReplicationRole {
  readonly #documents: () => Documents;
  #role: Role | undefined;

  constructor(documents: () => Documents) {
    this.#documents = documents;
    const stored = documents().get(DOCUMENT);
    this.#role = stored === 'primary' || stored === 'secondary' ? stored : undefined;
  }

  get name(): string {
    return this.#role ?? '';
  }

  async set(role: Role | undefined): Promise<void> {
    this.#role = role;
    await this.#documents().put(DOCUMENT, role);
  }

  /** 8263 for a schema change that the role forbids. */
  check(statement: ast.Statement): void {
    if (this.#role === undefined) return;
    if (this.#role === 'primary' && isReversible(statement)) return;
    throw sqlError('ER_BDR_RESTRICTED_DDL', this.#role);
  }
}

const ALLOWED: ReadonlySet<ast.StatementKind> = new Set([
  'create-database',
  'create-table',
  'create-view',
  'drop-view',
  'drop-index',
]);

function isReversible(statement: ast.Statement): boolean {
  if (statement.kind === 'create-index') return statement.index.type !== 'unique';
  if (statement.kind === 'alter-table') {
    const { actions, partitioning, removePartitioning } = statement;
    return partitioning === undefined && !removePartitioning && actions.every(isReversibleAction);
  }
  return ALLOWED.has(statement.kind);
}

const ALLOWED_ACTIONS: ReadonlySet<ast.AlterAction['kind']> = new Set([
  'set-default',
  'drop-default',
  'drop-index',
  'drop-primary-key',
  'rename-index',
  'set-index-visibility',
]);
const ALLOWED_OPTIONS: ReadonlySet<string> = new Set(['comment', 'ttl', 'ttl_enable', 'ttl_job_interval']);

function isReversibleAction(action: ast.AlterAction): boolean {
  switch (action.kind) {
    case 'add-column': {
      const { nullable, default: initial, key } = action.column;
      return key === undefined && (nullable !== false || initial !== undefined);
    }
    case 'modify-column':
      return action.column.default !== undefined;
    case 'add-constraint':
      return action.constraint.kind === 'index' && action.constraint.type === 'index';
    case 'partition':
      return action.operation.type === 'add';
    case 'set-options':
      return action.options.every(({ name }) => ALLOWED_OPTIONS.has(name));
    default:
      return ALLOWED_ACTIONS.has(action.kind);
  }
}
