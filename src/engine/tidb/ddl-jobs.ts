/**
 * Schema changes as jobs, for ADMIN SHOW DDL JOBS and ADMIN CANCEL DDL JOBS. Kept in memory: what runs, and the last that ran.
 *
 * A change that works through rows looks at its job between batches; others are over before anybody can cancel them.
 */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';

const JOBS_MAX = 1000;

export interface DdlJob {
  readonly id: number;
  readonly schema: string;
  readonly table: string;
  readonly type: string;
  readonly query: string;
  readonly createdAtMs: number;
  endedAtMs: number | undefined;
  state: 'running' | 'synced' | 'cancelling' | 'cancelled' | 'rollback done';
  rows: number;
}

export class DdlJobs {
  #jobs: DdlJob[] = [];
  #lastId = 0;

  /** Newest first. */
  list(): readonly DdlJob[] {
    return [...this.#jobs].reverse();
  }

  start(job: Pick<DdlJob, 'schema' | 'table' | 'type' | 'query' | 'createdAtMs'>): DdlJob {
    const started: DdlJob = { ...job, id: ++this.#lastId, endedAtMs: undefined, state: 'running', rows: 0 };
    if (this.#jobs.length >= JOBS_MAX) this.#jobs = this.#jobs.filter((old, place) => place > 0 || isRunning(old));
    this.#jobs.push(started);
    return started;
  }

  end(job: DdlJob, endedAtMs: number, failed: boolean): void {
    job.endedAtMs = endedAtMs;
    if (!failed) job.state = 'synced';
    else job.state = job.state === 'cancelling' ? 'cancelled' : 'rollback done';
  }

  /** What TiDB answers for each id. */
  cancel(id: number): string {
    const job = this.#jobs.find((candidate) => candidate.id === id);
    if (job === undefined) return `error: [ddl:8224]DDL Job:${id} not found`;
    if (!isRunning(job)) return `error: [ddl:8225]This job:${id} is finished, so can't be cancelled`;
    job.state = 'cancelling';
    return 'successful';
  }
}

function isRunning(job: DdlJob): boolean {
  return job.state === 'running' || job.state === 'cancelling';
}

/** Between batches of rows. */
export function jobProgress(job: DdlJob, rows: number): void {
  job.rows += rows;
  if (job.state === 'cancelling') throw sqlError('ER_CANCELLED_DDL_JOB');
}

/** Job types as TiDB names them. */
export function jobType(statement: ast.Statement): string {
  switch (statement.kind) {
    case 'create-index':
      return 'add index';
    case 'create-database':
      return 'create schema';
    case 'alter-database':
      return 'modify schema charset and collate';
    case 'drop-database':
      return 'drop schema';
    case 'alter-table': {
      const [action, ...more] = statement.actions;
      if (action === undefined || more.length > 0) return 'alter table multi-schema change';
      return ALTER_TYPES[action.kind] ?? 'alter table multi-schema change';
    }
    default:
      return statement.kind.replaceAll('-', ' ');
  }
}

const ALTER_TYPES: Readonly<Partial<Record<ast.AlterAction['kind'], string>>> = {
  'add-column': 'add column',
  'drop-column': 'drop column',
  'modify-column': 'modify column',
  'change-column': 'modify column',
  'add-constraint': 'add index',
  'drop-index': 'drop index',
  'rename-table': 'rename table',
  'rename-index': 'rename index',
};
