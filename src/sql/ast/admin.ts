/** Table maintenance, FLUSH, plugins, replication and other administration; coarse where Ebb has no such object. */
import type { NamedOption, Span, TableName } from './clause.ts';
import type { Expression } from './expression.ts';

export interface AnalyzedParts {
  readonly incremental: boolean;
  readonly partitions: readonly string[];
  readonly indexes: readonly string[];
  readonly columns: readonly string[];
}

export interface AnalyzeTable extends Span {
  readonly kind: 'analyze-table';
  readonly noWriteToBinlog: boolean;
  readonly tables: readonly TableName[];
  /** Written with TiDB's words (partitions, indexes, columns, WITH): it answers with OK as TiDB does. */
  readonly partial: AnalyzedParts | undefined;
  readonly histogram:
    | {
        readonly action: 'update' | 'drop';
        readonly columns: readonly string[];
        readonly buckets: number | undefined;
        readonly data: string | undefined;
        readonly autoUpdate: boolean | undefined;
      }
    | undefined;
}
/** CHECK, OPTIMIZE, REPAIR, CHECKSUM TABLE. */
export interface MaintainTable extends Span {
  readonly kind: 'maintain-table';
  readonly action: 'check' | 'optimize' | 'repair' | 'checksum';
  readonly noWriteToBinlog: boolean;
  readonly tables: readonly TableName[];
  /** quick, fast, medium, extended, changed, for upgrade, use_frm. */
  readonly options: readonly string[];
}
export interface Flush extends Span {
  readonly kind: 'flush';
  readonly noWriteToBinlog: boolean;
  readonly targets: readonly FlushTarget[];
}
export type FlushTarget =
  | {
      readonly kind: 'tables';
      readonly tables: readonly TableName[];
      readonly lock: 'read' | 'export' | undefined;
    }
  | {
      readonly kind: 'simple';
      readonly what:
        | 'logs'
        | 'binary logs'
        | 'engine logs'
        | 'error logs'
        | 'general logs'
        | 'slow logs'
        | 'relay logs'
        | 'privileges'
        | 'status'
        | 'user_resources'
        | 'optimizer_costs';
      readonly channel: string | undefined;
    };
/** RESET BINARY LOGS AND GTIDS, RESET REPLICA, RESET PERSIST. */
export interface Reset extends Span {
  readonly kind: 'reset';
  readonly targets: readonly NamedOption[];
}
export interface ResetPersist extends Span {
  readonly kind: 'reset-persist';
  readonly ifExists: boolean;
  readonly component: string | undefined;
  readonly variable: string | undefined;
}
/** INSTALL/UNINSTALL PLUGIN and COMPONENT. */
export interface InstallPlugin extends Span {
  readonly kind: 'install' | 'uninstall';
  readonly type: 'plugin' | 'component';
  readonly names: readonly string[];
  readonly library: string | undefined;
  readonly variables: readonly { readonly name: string; readonly value: Expression }[];
}
export interface CacheIndex extends Span {
  readonly kind: 'cache-index' | 'load-index';
  readonly tables: readonly {
    readonly table: TableName;
    readonly indexes: readonly string[];
    readonly ignoreLeaves: boolean;
  }[];
  /** CACHE INDEX … IN cache. */
  readonly cache: string | undefined;
}
export interface Binlog extends Span {
  readonly kind: 'binlog';
  readonly event: string;
}
/** PURGE BINARY LOGS. */
export interface PurgeLogs extends Span {
  readonly kind: 'purge-logs';
  readonly to: string | undefined;
  readonly before: Expression | undefined;
}
/** Replication and group replication, CLONE, CHANGE …: the keywords in `action`, the rest as options. */
export interface Replication extends Span {
  readonly kind: 'replication';
  readonly action:
    | 'change replication source'
    | 'change replication filter'
    | 'start replica'
    | 'stop replica'
    | 'start group_replication'
    | 'stop group_replication'
    | 'clone';
  readonly options: readonly NamedOption[];
  readonly channel: string | undefined;
}
/** SET RESOURCE GROUP name [FOR thread, …]. */
export interface SetResourceGroup extends Span {
  readonly kind: 'set-resource-group';
  readonly name: string;
  readonly threads: readonly number[];
}
