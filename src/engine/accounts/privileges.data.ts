/** MySQL's privileges. Static ones by bit number: [name, column of mysql.user without '_priv']; dynamic ones by name. */
export const STATIC_PRIVILEGES = [
  ['select', 'Select'], // 0
  ['insert', 'Insert'], // 1
  ['update', 'Update'], // 2
  ['delete', 'Delete'], // 3
  ['create', 'Create'], // 4
  ['drop', 'Drop'], // 5
  ['reload', 'Reload'], // 6
  ['shutdown', 'Shutdown'], // 7
  ['process', 'Process'], // 8
  ['file', 'File'], // 9
  ['grant option', 'Grant'], // 10
  ['references', 'References'], // 11
  ['index', 'Index'], // 12
  ['alter', 'Alter'], // 13
  ['show databases', 'Show_db'], // 14
  ['super', 'Super'], // 15
  ['create temporary tables', 'Create_tmp_table'], // 16
  ['lock tables', 'Lock_tables'], // 17
  ['execute', 'Execute'], // 18
  ['replication slave', 'Repl_slave'], // 19
  ['replication client', 'Repl_client'], // 20
  ['create view', 'Create_view'], // 21
  ['show view', 'Show_view'], // 22
  ['create routine', 'Create_routine'], // 23
  ['alter routine', 'Alter_routine'], // 24
  ['create user', 'Create_user'], // 25
  ['event', 'Event'], // 26
  ['trigger', 'Trigger'], // 27
  ['create tablespace', 'Create_tablespace'], // 28
  ['create role', 'Create_role'], // 29
  ['drop role', 'Drop_role'], // 30
] as const;

export type StaticPrivilege = (typeof STATIC_PRIVILEGES)[number][0];

export const DYNAMIC_PRIVILEGES: readonly string[] = [
  'ALLOW_NONEXISTENT_DEFINER',
  'APPLICATION_PASSWORD_ADMIN',
  'AUDIT_ABORT_EXEMPT',
  'AUDIT_ADMIN',
  'AUTHENTICATION_POLICY_ADMIN',
  'BACKUP_ADMIN',
  'BINLOG_ADMIN',
  'BINLOG_ENCRYPTION_ADMIN',
  'CLONE_ADMIN',
  'CONNECTION_ADMIN',
  'CREATE_SPATIAL_REFERENCE_SYSTEM',
  'ENCRYPTION_KEY_ADMIN',
  'FIREWALL_EXEMPT',
  'FLUSH_OPTIMIZER_COSTS',
  'FLUSH_PRIVILEGES',
  'FLUSH_STATUS',
  'FLUSH_TABLES',
  'FLUSH_USER_RESOURCES',
  'GROUP_REPLICATION_ADMIN',
  'GROUP_REPLICATION_STREAM',
  'INNODB_REDO_LOG_ARCHIVE',
  'INNODB_REDO_LOG_ENABLE',
  'MANAGE_DATA_MASKING_POLICY',
  'OPTIMIZE_LOCAL_TABLE',
  'PASSWORDLESS_USER_ADMIN',
  'PERSIST_RO_VARIABLES_ADMIN',
  'REPLICATION_APPLIER',
  'REPLICATION_SLAVE_ADMIN',
  'RESOURCE_GROUP_ADMIN',
  'RESOURCE_GROUP_USER',
  'ROLE_ADMIN',
  'SENSITIVE_VARIABLES_OBSERVER',
  'SERVICE_CONNECTION_ADMIN',
  'SESSION_VARIABLES_ADMIN',
  'SET_ANY_DEFINER',
  'SHOW_ROUTINE',
  'SYSTEM_USER',
  'SYSTEM_VARIABLES_ADMIN',
  'TABLE_ENCRYPTION_ADMIN',
  'TELEMETRY_LOG_ADMIN',
  'TRANSACTION_GTID_TAG',
  'XA_RECOVER_ADMIN',
];
