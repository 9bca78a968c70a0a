/**
 * Columns of the virtual tables that TiDB adds, in its order: `NAME type` pairs, `?` behind the type for nullable. Those that
 * begin with SHOW_ are what TiDB's SHOW statements select from; they are found but not listed.
 */
import type { VirtualColumnRow } from './virtual-tables.data.ts';

function columns(text: string): readonly VirtualColumnRow[] {
  return text
    .trim()
    .split(/\s*,\s*/)
    .map((part) => {
      const cut = part.indexOf(' ');
      const type = part.slice(cut + 1).replaceAll(';', ',');
      const name = part.slice(0, cut).replaceAll('~', ' ');
      return type.endsWith('?') ? { name, type: type.slice(0, -1), nullable: true } : { name, type };
    });
}

const SUMMARY = columns(`
  SUMMARY_BEGIN_TIME timestamp, SUMMARY_END_TIME timestamp, STMT_TYPE varchar(64), SCHEMA_NAME varchar(64)?, DIGEST varchar(64)?,
  DIGEST_TEXT longtext, TABLE_NAMES longtext?, INDEX_NAMES longtext?, SAMPLE_USER varchar(64)?, EXEC_COUNT bigint unsigned,
  SUM_ERRORS int unsigned, SUM_WARNINGS int unsigned, SUM_LATENCY bigint unsigned, MAX_LATENCY bigint unsigned,
  MIN_LATENCY bigint unsigned, AVG_LATENCY bigint unsigned, AVG_AFFECTED_ROWS double unsigned, AVG_RESULT_ROWS double,
  MAX_RESULT_ROWS bigint, FIRST_SEEN timestamp, LAST_SEEN timestamp, QUERY_SAMPLE_TEXT longtext?, PREV_SAMPLE_TEXT longtext?,
  PLAN_DIGEST varchar(64)?, PLAN longtext?, RESOURCE_GROUP varchar(64)?`);

/** As virtual-tables.data.ts. */
export const TIDB_TABLES: Readonly<Record<string, readonly VirtualColumnRow[]>> = {
  STATEMENTS_SUMMARY: SUMMARY,
  STATEMENTS_SUMMARY_HISTORY: SUMMARY,
  STATEMENTS_SUMMARY_EVICTED: columns('BEGIN_TIME timestamp?, END_TIME timestamp?, EVICTED_COUNT bigint?'),
  SLOW_QUERY: columns(`
    Time timestamp(6), Txn_start_ts bigint unsigned?, User varchar(64)?, Host varchar(64)?, Conn_ID bigint unsigned?,
    Query_time double?, Parse_time double?, Compile_time double?, Process_time double?, Wait_time double?, DB varchar(64)?,
    Is_internal tinyint?, Digest varchar(64)?, Stats varchar(512)?, Mem_max bigint?, Disk_max bigint?, Result_rows bigint?,
    Warnings longtext?, Succ tinyint?, Resource_group varchar(64)?, Plan longtext?, Plan_digest varchar(128)?,
    Prev_stmt longtext?, Query longtext?`),
  RESOURCE_GROUPS: columns(`
    NAME varchar(32), RU_PER_SEC varchar(21), PRIORITY varchar(6), BURSTABLE varchar(3), QUERY_LIMIT varchar(256)?,
    BACKGROUND varchar(256)?`),
  RUNAWAY_WATCHES: columns(`
    ID bigint, RESOURCE_GROUP_NAME varchar(32), START_TIME varchar(32), END_TIME varchar(32)?, WATCH varchar(12),
    WATCH_TEXT text, SOURCE varchar(128), ACTION varchar(12), RULE varchar(128)?`),
  PLACEMENT_POLICIES: columns(`
    POLICY_ID bigint, CATALOG_NAME varchar(512), POLICY_NAME varchar(64), PRIMARY_REGION varchar(1024)?, REGIONS varchar(1024)?,
    CONSTRAINTS varchar(1024)?, LEADER_CONSTRAINTS varchar(1024)?, FOLLOWER_CONSTRAINTS varchar(1024)?,
    LEARNER_CONSTRAINTS varchar(1024)?, SCHEDULE varchar(20)?, FOLLOWERS bigint?, LEARNERS bigint?`),
  TIFLASH_REPLICA: columns(`
    TABLE_SCHEMA varchar(64)?, TABLE_NAME varchar(64)?, TABLE_ID bigint?, REPLICA_COUNT bigint?, LOCATION_LABELS varchar(64)?,
    AVAILABLE tinyint?, PROGRESS double?`),
  TIFLASH_INDEXES: columns(`
    TIDB_DATABASE varchar(64)?, TIDB_TABLE varchar(64)?, TABLE_ID bigint?, COLUMN_NAME varchar(64)?, INDEX_NAME varchar(64)?,
    COLUMN_ID bigint?, INDEX_ID bigint?, INDEX_KIND varchar(64)?, ROWS_STABLE_INDEXED bigint?, ROWS_STABLE_NOT_INDEXED bigint?`),
  TIDB_INDEXES: columns(`
    TABLE_SCHEMA varchar(64)?, TABLE_NAME varchar(64)?, NON_UNIQUE bigint?, KEY_NAME varchar(64)?, SEQ_IN_INDEX bigint?,
    COLUMN_NAME varchar(64)?, SUB_PART bigint?, INDEX_COMMENT varchar(2048)?, Expression varchar(64)?, INDEX_ID bigint?,
    IS_VISIBLE varchar(64)?, CLUSTERED varchar(64)?, IS_GLOBAL bigint?`),
  CLUSTER_INFO: columns(`
    TYPE varchar(64)?, INSTANCE varchar(64)?, STATUS_ADDRESS varchar(64)?, VERSION varchar(64)?, GIT_HASH varchar(64)?,
    START_TIME varchar(32)?, UPTIME varchar(32)?, SERVER_ID bigint?`),
  SHOW_BINDINGS: columns(`
    Original_sql longtext, Bind_sql longtext, Default_db varchar(64), Status varchar(16), Create_time datetime(3),
    Update_time datetime(3), Charset varchar(64), Collation varchar(64), Source varchar(16), Sql_digest varchar(64)?,
    Plan_digest varchar(64)?, scope varchar(8)`),
  SHOW_STATS_META: columns(`
    Db_name varchar(64), Table_name varchar(64), Partition_name varchar(64), Update_time datetime?, Modify_count bigint,
    Row_count bigint, Last_analyze_time datetime?`),
  SHOW_STATS_HEALTHY: columns(`
    Db_name varchar(64), Table_name varchar(64), Partition_name varchar(64), Healthy bigint`),
  SHOW_STATS_HISTOGRAMS: columns(`
    Db_name varchar(64), Table_name varchar(64), Partition_name varchar(64), Column_name varchar(64), Is_index tinyint,
    Update_time datetime?, Distinct_count bigint, Null_count bigint, Avg_col_size double, Correlation double,
    Load_status varchar(64), Total_mem_usage bigint, Hist_mem_usage bigint, Topn_mem_usage bigint, Cms_mem_usage bigint`),
  DDL_JOBS: columns(`
    JOB_ID bigint, DB_NAME varchar(64), TABLE_NAME varchar(64), JOB_TYPE varchar(64), SCHEMA_STATE varchar(64), SCHEMA_ID bigint,
    TABLE_ID bigint, ROW_COUNT bigint, CREATE_TIME datetime, START_TIME datetime?, END_TIME datetime?, STATE varchar(64),
    QUERY longtext`),
  SHOW_IMPORT_JOBS: columns(`
    Job_ID bigint, Data_Source longtext, Target_Table longtext, Table_ID bigint, Phase varchar(64), Status varchar(64),
    Source_File_Size varchar(64)?, Imported_Rows bigint?, Result_Message longtext, Create_Time datetime, Start_Time datetime?,
    End_Time datetime?, Created_By varchar(300)`),
};
