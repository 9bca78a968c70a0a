/** The table that values are stored in, and the two modes they are stored under. */
export const CREATE_TABLE = `create table s (i tinyint, u int unsigned, b8 bigint, d decimal(5,2), f float, db double, c char(3), vc varchar(3),
  b binary(3), vb varbinary(3), t tinytext, l1 varchar(5) character set latin1, dt date, dtt datetime(3), tm time(2), ts timestamp null, y year,
  e enum('a','b'), st set('x','y'), bt bit(4), j json, nn int not null default 7)`;
export const MODES = {
  strict:
    'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
  lenient: '',
} as const;
