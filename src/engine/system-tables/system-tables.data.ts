/** MySQL's tables of the schema `mysql` that Ebb itself has no use for, as SHOW CREATE TABLE gives them. */
export const SYSTEM_TABLE_DDL: Readonly<Record<string, string>> = {
  component: `CREATE TABLE \`mysql\`.\`component\` (
  \`component_id\` int unsigned NOT NULL AUTO_INCREMENT,
  \`component_group_id\` int unsigned NOT NULL,
  \`component_urn\` text NOT NULL,
  PRIMARY KEY (\`component_id\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 ROW_FORMAT=DYNAMIC COMMENT='Components'`,
  engine_cost: `CREATE TABLE \`mysql\`.\`engine_cost\` (
  \`engine_name\` varchar(64) NOT NULL,
  \`device_type\` int NOT NULL,
  \`cost_name\` varchar(64) NOT NULL,
  \`cost_value\` float DEFAULT NULL,
  \`last_update\` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  \`comment\` varchar(1024) DEFAULT NULL,
  \`default_value\` float GENERATED ALWAYS AS ((case \`cost_name\` when _utf8mb3'io_block_read_cost' then 1.0 when _utf8mb3'memory_block_read_cost' then 0.25 else NULL end)) VIRTUAL,
  PRIMARY KEY (\`cost_name\`,\`engine_name\`,\`device_type\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC`,
  func: `CREATE TABLE \`mysql\`.\`func\` (
  \`name\` char(64) COLLATE utf8mb3_bin NOT NULL DEFAULT '',
  \`ret\` tinyint NOT NULL DEFAULT '0',
  \`dl\` char(128) COLLATE utf8mb3_bin NOT NULL DEFAULT '',
  \`type\` enum('function','aggregate') CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci NOT NULL,
  PRIMARY KEY (\`name\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_bin STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC COMMENT='User defined functions'`,
  gtid_executed: `CREATE TABLE \`mysql\`.\`gtid_executed\` (
  \`source_uuid\` char(36) NOT NULL COMMENT 'uuid of the source where the transaction was originally executed.',
  \`interval_start\` bigint NOT NULL COMMENT 'First number of interval.',
  \`interval_end\` bigint NOT NULL COMMENT 'Last number of interval.',
  \`gtid_tag\` char(32) NOT NULL COMMENT 'GTID Tag.',
  PRIMARY KEY (\`source_uuid\`,\`gtid_tag\`,\`interval_start\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC`,
  help_category: `CREATE TABLE \`mysql\`.\`help_category\` (
  \`help_category_id\` smallint unsigned NOT NULL,
  \`name\` char(64) NOT NULL,
  \`parent_category_id\` smallint unsigned DEFAULT NULL,
  \`url\` text NOT NULL,
  PRIMARY KEY (\`help_category_id\`),
  UNIQUE KEY \`name\` (\`name\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC COMMENT='help categories'`,
  help_keyword: `CREATE TABLE \`mysql\`.\`help_keyword\` (
  \`help_keyword_id\` int unsigned NOT NULL,
  \`name\` char(64) NOT NULL,
  PRIMARY KEY (\`help_keyword_id\`),
  UNIQUE KEY \`name\` (\`name\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC COMMENT='help keywords'`,
  help_relation: `CREATE TABLE \`mysql\`.\`help_relation\` (
  \`help_topic_id\` int unsigned NOT NULL,
  \`help_keyword_id\` int unsigned NOT NULL,
  PRIMARY KEY (\`help_keyword_id\`,\`help_topic_id\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC COMMENT='keyword-topic relation'`,
  help_topic: `CREATE TABLE \`mysql\`.\`help_topic\` (
  \`help_topic_id\` int unsigned NOT NULL,
  \`name\` char(64) NOT NULL,
  \`help_category_id\` smallint unsigned NOT NULL,
  \`description\` text NOT NULL,
  \`example\` text NOT NULL,
  \`url\` text NOT NULL,
  PRIMARY KEY (\`help_topic_id\`),
  UNIQUE KEY \`name\` (\`name\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC COMMENT='help topics'`,
  innodb_index_stats: `CREATE TABLE \`mysql\`.\`innodb_index_stats\` (
  \`database_name\` varchar(64) COLLATE utf8mb3_bin NOT NULL,
  \`table_name\` varchar(199) COLLATE utf8mb3_bin NOT NULL,
  \`index_name\` varchar(64) COLLATE utf8mb3_bin NOT NULL,
  \`last_update\` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  \`stat_name\` varchar(64) COLLATE utf8mb3_bin NOT NULL,
  \`stat_value\` bigint unsigned NOT NULL,
  \`sample_size\` bigint unsigned DEFAULT NULL,
  \`stat_description\` varchar(1024) COLLATE utf8mb3_bin NOT NULL,
  PRIMARY KEY (\`database_name\`,\`table_name\`,\`index_name\`,\`stat_name\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_bin STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC`,
  innodb_table_stats: `CREATE TABLE \`mysql\`.\`innodb_table_stats\` (
  \`database_name\` varchar(64) COLLATE utf8mb3_bin NOT NULL,
  \`table_name\` varchar(199) COLLATE utf8mb3_bin NOT NULL,
  \`last_update\` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  \`n_rows\` bigint unsigned NOT NULL,
  \`clustered_index_size\` bigint unsigned NOT NULL,
  \`sum_of_other_index_sizes\` bigint unsigned NOT NULL,
  PRIMARY KEY (\`database_name\`,\`table_name\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_bin STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC`,
  password_history: `CREATE TABLE \`mysql\`.\`password_history\` (
  \`Host\` char(255) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL DEFAULT '',
  \`User\` char(32) COLLATE utf8mb3_bin NOT NULL DEFAULT '',
  \`Password_timestamp\` timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  \`Password\` text COLLATE utf8mb3_bin,
  PRIMARY KEY (\`Host\`,\`User\`,\`Password_timestamp\` DESC)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_bin STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC COMMENT='Password history for user accounts'`,
  plugin: `CREATE TABLE \`mysql\`.\`plugin\` (
  \`name\` varchar(64) NOT NULL DEFAULT '',
  \`dl\` varchar(128) NOT NULL DEFAULT '',
  PRIMARY KEY (\`name\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC COMMENT='MySQL plugins'`,
  procs_priv: `CREATE TABLE \`mysql\`.\`procs_priv\` (
  \`Host\` char(255) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL DEFAULT '',
  \`Db\` char(64) COLLATE utf8mb3_bin NOT NULL DEFAULT '',
  \`User\` char(32) COLLATE utf8mb3_bin NOT NULL DEFAULT '',
  \`Routine_name\` char(64) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci NOT NULL DEFAULT '',
  \`Routine_type\` enum('FUNCTION','PROCEDURE','LIBRARY') COLLATE utf8mb3_bin NOT NULL,
  \`Grantor\` varchar(288) COLLATE utf8mb3_bin NOT NULL DEFAULT '',
  \`Proc_priv\` set('Execute','Alter Routine','Grant') CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci NOT NULL DEFAULT '',
  \`Timestamp\` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (\`Host\`,\`User\`,\`Db\`,\`Routine_name\`,\`Routine_type\`),
  KEY \`Grantor\` (\`Grantor\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_bin STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC COMMENT='Procedure privileges'`,
  server_cost: `CREATE TABLE \`mysql\`.\`server_cost\` (
  \`cost_name\` varchar(64) NOT NULL,
  \`cost_value\` float DEFAULT NULL,
  \`last_update\` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  \`comment\` varchar(1024) DEFAULT NULL,
  \`default_value\` float GENERATED ALWAYS AS ((case \`cost_name\` when _utf8mb3'disk_temptable_create_cost' then 20.0 when _utf8mb3'disk_temptable_row_cost' then 0.5 when _utf8mb3'key_compare_cost' then 0.05 when _utf8mb3'memory_temptable_create_cost' then 1.0 when _utf8mb3'memory_temptable_row_cost' then 0.1 when _utf8mb3'row_evaluate_cost' then 0.1 else NULL end)) VIRTUAL,
  PRIMARY KEY (\`cost_name\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC`,
  servers: `CREATE TABLE \`mysql\`.\`servers\` (
  \`Server_name\` char(64) NOT NULL DEFAULT '',
  \`Host\` char(255) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL DEFAULT '',
  \`Db\` char(64) NOT NULL DEFAULT '',
  \`Username\` char(64) NOT NULL DEFAULT '',
  \`Password\` char(64) NOT NULL DEFAULT '',
  \`Port\` int NOT NULL DEFAULT '0',
  \`Socket\` char(64) NOT NULL DEFAULT '',
  \`Wrapper\` char(64) NOT NULL DEFAULT '',
  \`Owner\` char(64) NOT NULL DEFAULT '',
  PRIMARY KEY (\`Server_name\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC COMMENT='MySQL Foreign Servers table'`,
  slave_master_info: `CREATE TABLE \`mysql\`.\`slave_master_info\` (
  \`Number_of_lines\` int unsigned NOT NULL COMMENT 'Number of lines in the file.',
  \`Master_log_name\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin NOT NULL COMMENT 'The name of the master binary log currently being read from the master.',
  \`Master_log_pos\` bigint unsigned NOT NULL COMMENT 'The master log position of the last read event.',
  \`Host\` varchar(255) CHARACTER SET ascii COLLATE ascii_general_ci DEFAULT NULL COMMENT 'The host name of the source.',
  \`User_name\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'The user name used to connect to the master.',
  \`User_password\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'The password used to connect to the master.',
  \`Port\` int unsigned NOT NULL COMMENT 'The network port used to connect to the master.',
  \`Connect_retry\` int unsigned NOT NULL COMMENT 'The period (in seconds) that the slave will wait before trying to reconnect to the master.',
  \`Enabled_ssl\` tinyint(1) NOT NULL COMMENT 'Indicates whether the server supports SSL connections.',
  \`Ssl_ca\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'The file used for the Certificate Authority (CA) certificate.',
  \`Ssl_capath\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'The path to the Certificate Authority (CA) certificates.',
  \`Ssl_cert\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'The name of the SSL certificate file.',
  \`Ssl_cipher\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'The name of the cipher in use for the SSL connection.',
  \`Ssl_key\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'The name of the SSL key file.',
  \`Ssl_verify_server_cert\` tinyint(1) NOT NULL COMMENT 'Whether to verify the server certificate.',
  \`Heartbeat\` float NOT NULL,
  \`Bind\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'Displays which interface is employed when connecting to the MySQL server',
  \`Ignored_server_ids\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'The number of server IDs to be ignored, followed by the actual server IDs',
  \`Uuid\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'The master server uuid.',
  \`Retry_count\` bigint unsigned NOT NULL COMMENT 'Number of reconnect attempts, to the master, before giving up.',
  \`Ssl_crl\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'The file used for the Certificate Revocation List (CRL)',
  \`Ssl_crlpath\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'The path used for Certificate Revocation List (CRL) files',
  \`Enabled_auto_position\` tinyint(1) NOT NULL COMMENT 'Indicates whether GTIDs will be used to retrieve events from the master.',
  \`Channel_name\` varchar(64) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci NOT NULL COMMENT 'The channel on which the replica is connected to a source. Used in Multisource Replication',
  \`Tls_version\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'Tls version',
  \`Public_key_path\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'The file containing public key of master server.',
  \`Get_public_key\` tinyint(1) NOT NULL COMMENT 'Preference to get public key from master.',
  \`Network_namespace\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'Network namespace used for communication with the master server.',
  \`Master_compression_algorithm\` varchar(64) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin NOT NULL COMMENT 'Compression algorithm supported for data transfer between source and replica.',
  \`Master_zstd_compression_level\` int unsigned NOT NULL COMMENT 'Compression level associated with zstd compression algorithm.',
  \`Tls_ciphersuites\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'Ciphersuites used for TLS 1.3 communication with the master server.',
  \`Source_connection_auto_failover\` tinyint(1) NOT NULL DEFAULT '0' COMMENT 'Indicates whether the channel connection failover is enabled.',
  \`Gtid_only\` tinyint(1) NOT NULL DEFAULT '0' COMMENT 'Indicates if this channel only uses GTIDs and does not persist positions.',
  PRIMARY KEY (\`Channel_name\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC COMMENT='Master Information'`,
  slave_relay_log_info: `CREATE TABLE \`mysql\`.\`slave_relay_log_info\` (
  \`Number_of_lines\` int unsigned NOT NULL COMMENT 'Number of lines in the file or rows in the table. Used to version table definitions.',
  \`Relay_log_name\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'The name of the current relay log file.',
  \`Relay_log_pos\` bigint unsigned DEFAULT NULL COMMENT 'The relay log position of the last executed event.',
  \`Master_log_name\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'The name of the master binary log file from which the events in the relay log file were read.',
  \`Master_log_pos\` bigint unsigned DEFAULT NULL COMMENT 'The master log position of the last executed event.',
  \`Sql_delay\` int DEFAULT NULL COMMENT 'The number of seconds that the slave must lag behind the master.',
  \`Number_of_workers\` int unsigned DEFAULT NULL,
  \`Id\` int unsigned DEFAULT NULL COMMENT 'Internal Id that uniquely identifies this record.',
  \`Channel_name\` varchar(64) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci NOT NULL COMMENT 'The channel on which the replica is connected to a source. Used in Multisource Replication',
  \`Privilege_checks_username\` varchar(32) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin DEFAULT NULL COMMENT 'Username part of PRIVILEGE_CHECKS_USER.',
  \`Privilege_checks_hostname\` varchar(255) CHARACTER SET ascii COLLATE ascii_general_ci DEFAULT NULL COMMENT 'Hostname part of PRIVILEGE_CHECKS_USER.',
  \`Require_row_format\` tinyint(1) NOT NULL COMMENT 'Indicates whether the channel shall only accept row based events.',
  \`Require_table_primary_key_check\` enum('STREAM','ON','OFF','GENERATE') NOT NULL DEFAULT 'STREAM' COMMENT 'Indicates what is the channel policy regarding tables without primary keys on create and alter table queries',
  \`Assign_gtids_to_anonymous_transactions_type\` enum('OFF','LOCAL','UUID') NOT NULL DEFAULT 'OFF' COMMENT 'Indicates whether the channel will generate a new GTID for anonymous transactions. OFF means that anonymous transactions will remain anonymous. LOCAL means that anonymous transactions will be assigned a newly generated GTID based on server_uuid. UUID indicates that anonymous transactions will be assigned a newly generated GTID based on Assign_gtids_to_anonymous_transactions_value',
  \`Assign_gtids_to_anonymous_transactions_value\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin COMMENT 'Indicates the UUID used while generating GTIDs for anonymous transactions',
  PRIMARY KEY (\`Channel_name\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC COMMENT='Relay Log Information'`,
  slave_worker_info: `CREATE TABLE \`mysql\`.\`slave_worker_info\` (
  \`Id\` int unsigned NOT NULL,
  \`Relay_log_name\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin NOT NULL,
  \`Relay_log_pos\` bigint unsigned NOT NULL,
  \`Master_log_name\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin NOT NULL,
  \`Master_log_pos\` bigint unsigned NOT NULL,
  \`Checkpoint_relay_log_name\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin NOT NULL,
  \`Checkpoint_relay_log_pos\` bigint unsigned NOT NULL,
  \`Checkpoint_master_log_name\` text CHARACTER SET utf8mb3 COLLATE utf8mb3_bin NOT NULL,
  \`Checkpoint_master_log_pos\` bigint unsigned NOT NULL,
  \`Checkpoint_seqno\` int unsigned NOT NULL,
  \`Checkpoint_group_size\` int unsigned NOT NULL,
  \`Checkpoint_group_bitmap\` blob NOT NULL,
  \`Channel_name\` varchar(64) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci NOT NULL COMMENT 'The channel on which the replica is connected to a source. Used in Multisource Replication',
  PRIMARY KEY (\`Channel_name\`,\`Id\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC COMMENT='Worker Information'`,
  time_zone: `CREATE TABLE \`mysql\`.\`time_zone\` (
  \`Time_zone_id\` int unsigned NOT NULL AUTO_INCREMENT,
  \`Use_leap_seconds\` enum('Y','N') CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci NOT NULL DEFAULT 'N',
  PRIMARY KEY (\`Time_zone_id\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC COMMENT='Time zones'`,
  time_zone_leap_second: `CREATE TABLE \`mysql\`.\`time_zone_leap_second\` (
  \`Transition_time\` bigint NOT NULL,
  \`Correction\` int NOT NULL,
  PRIMARY KEY (\`Transition_time\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC COMMENT='Leap seconds information for time zones'`,
  time_zone_name: `CREATE TABLE \`mysql\`.\`time_zone_name\` (
  \`Name\` char(64) NOT NULL,
  \`Time_zone_id\` int unsigned NOT NULL,
  PRIMARY KEY (\`Name\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC COMMENT='Time zone names'`,
  time_zone_transition: `CREATE TABLE \`mysql\`.\`time_zone_transition\` (
  \`Time_zone_id\` int unsigned NOT NULL,
  \`Transition_time\` bigint NOT NULL,
  \`Transition_type_id\` int unsigned NOT NULL,
  PRIMARY KEY (\`Time_zone_id\`,\`Transition_time\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC COMMENT='Time zone transitions'`,
  time_zone_transition_type: `CREATE TABLE \`mysql\`.\`time_zone_transition_type\` (
  \`Time_zone_id\` int unsigned NOT NULL,
  \`Transition_type_id\` int unsigned NOT NULL,
  \`Offset\` int NOT NULL DEFAULT '0',
  \`Is_DST\` tinyint unsigned NOT NULL DEFAULT '0',
  \`Abbreviation\` char(8) NOT NULL DEFAULT '',
  PRIMARY KEY (\`Time_zone_id\`,\`Transition_type_id\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 STATS_PERSISTENT=0 ROW_FORMAT=DYNAMIC COMMENT='Time zone transition types'`,
};
