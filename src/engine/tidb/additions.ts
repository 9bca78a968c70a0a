/** What the engine keeps for TiDB's additions: resource groups, bindings, the statement summary, import and TTL jobs. */
import type { Documents } from '../documents.ts';
import type { VariableValues } from '../variables/index.ts';
import { Histograms } from '../histograms/index.ts';
import { GlobalBindings } from './bindings.ts';
import { DdlJobs } from './ddl-jobs.ts';
import { ImportJobs } from './import-into.ts';
import { ReplicationRole } from './replication-role.ts';
import { ResourceGroups } from './resource-groups.ts';
import { Sequences } from './sequences.ts';
import { StatementSummary } from './statement-summary.ts';
import { TimeToLiveJob, type TimeToLiveHost } from './time-to-live-job.ts';

export interface AdditionsOptions {
  /** Of the branch as it is open now. */
  readonly documents: () => Documents;
  readonly globals: VariableValues;
  readonly timeToLive: TimeToLiveHost;
}

export class Additions {
  readonly resourceGroups: ResourceGroups;
  readonly bindings: GlobalBindings;
  readonly summary: StatementSummary;
  readonly histograms: Histograms;
  readonly imports = new ImportJobs();
  readonly ddlJobs = new DdlJobs();
  readonly sequences: Sequences;
  readonly replicationRole: ReplicationRole;
  readonly timeToLive: TimeToLiveJob;
  readonly #globals: VariableValues;

  constructor({ documents, globals, timeToLive }: AdditionsOptions) {
    const { clock } = timeToLive.env;
    this.#globals = globals;
    this.resourceGroups = new ResourceGroups(documents, () => clock.nowMs());
    this.bindings = new GlobalBindings(documents);
    this.replicationRole = new ReplicationRole(documents);
    this.histograms = new Histograms(documents);
    this.sequences = new Sequences(documents);
    this.timeToLive = new TimeToLiveJob(timeToLive);
    this.summary = new StatementSummary(
      () => ({
        digestsMax: globals.getNumber('tidb_stmt_summary_max_stmt_count'),
        windowMs: globals.getNumber('tidb_stmt_summary_refresh_interval') * 1000,
        windowsMax: globals.getNumber('tidb_stmt_summary_history_size'),
        sqlMax: globals.getNumber('tidb_stmt_summary_max_sql_length'),
        slowMs: globals.isOn('tidb_enable_slow_log') ? globals.getNumber('tidb_slow_log_threshold') : Infinity,
      }),
      () => clock.nowMs(),
    );
  }

  get summarizes(): boolean {
    return this.#globals.isOn('tidb_enable_stmt_summary');
  }
}
