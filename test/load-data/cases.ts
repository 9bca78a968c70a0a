/** Files and options for LOAD DATA LOCAL into one table; what MySQL made of each is in recorded.json (record.ts). */
export const TABLE =
  'create table t (a int, b varchar(10), c decimal(6,2) not null default 1, d date, e int not null auto_increment primary key)';

export interface LoadCase {
  readonly text: string;
  /** Behind INTO TABLE t. */
  readonly options: string;
  readonly replace?: boolean;
}

export interface LoadOutcome {
  readonly ok?: readonly [affectedRows: number, info: string];
  readonly error?: readonly [errno: number, message: string];
  readonly warnings: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

const CSV = "fields terminated by ',' optionally enclosed by '\"'";

export const CASES: readonly LoadCase[] = [
  { text: '1\tx\t2.5\t2020-01-01\t5\n2\ty\t3\t2020-01-02\t6\n', options: '' },
  { text: '1\tx\t2.5\t2020-01-01\t5\n2\ty\t3\t2020-01-02\t6', options: '' },
  { text: '1\tx\n2\ty\t3\n', options: '' },
  { text: '1\tx\t1\t2020-01-01\t9\textra\textra2\n', options: '' },
  { text: '\\N\t\\N\t\\N\t\\N\t\\N\n', options: '' },
  {
    text: '1,"x,y",2.5,"2020-01-01",5\n2,"a""b",3,\\N,6\n3,"multi\nline",3,NULL,7\n4,"esc\\"q",1,NULL,8\n',
    options: CSV,
  },
  {
    text: '"1","x","2.5","2020-01-01","5"\r\n"2","NULL",NULL,NULL,"6"\r\n',
    options: "fields terminated by ',' enclosed by '\"' lines terminated by '\\r\\n'",
  },
  {
    text: 'a;b;c\n1;tab\\tx;2;2020-01-01;3\n2;back\\\\slash;2;2020-01-01;4\n3;semi\\;colon;2;2020-01-01;5\n4;nl\\\nx;3;2020-01-01;6\n',
    options: "fields terminated by ';' ignore 1 lines",
  },
  {
    text: 'xxx1|a|1|2020-01-01|1\nskip\nyyxxx2|b|1|2020-01-01|2\n',
    options: "fields terminated by '|' lines starting by 'xxx'",
  },
  { text: '1||b||3||2020-01-01||7\n2||a|b||3||2020-01-01||8\n', options: "fields terminated by '||'" },
  { text: '1\tx\n2\ty\n', options: '(a, @v) set b = concat(@v, a), c = a * 1.5' },
  { text: '1\tx\tzz\n2\ty\tzz\n', options: "(a, b, @dummy) set d = date_add('2020-01-01', interval a day)" },
  { text: 'abc\tx\t2.5\tnotadate\t5\n99999999999\ttoolongtoolong\t99999.99\t2020-02-31\t6\n', options: '' },
  { text: '1\tx\t1\t2020-01-01\t5\n2\tx\t1\t2020-01-01\t5\n', options: '' },
  { text: '1\tx\t1\t2020-01-01\t5\n2\tx\t1\t2020-01-01\t5\n', options: '', replace: true },
  { text: '1,NULL,1,2020-01-01,5\n', options: "fields terminated by ',' escaped by ''" },
  { text: '1,a\\nb,1,2020-01-01,5\n', options: "fields terminated by ',' escaped by ''" },
  { text: '1,"unclosed,1,2020-01-01,5\n', options: "fields terminated by ',' enclosed by '\"'" },
  { text: '1,"a"b",1,2020-01-01,5\n2,x"y,1,2020-01-01,6\n', options: CSV },
  { text: '\n\n1\tx\n', options: '' },
  { text: '1\thé中\t1\t2020-01-01\t5\n', options: 'character set utf8mb4' },
  { text: '1\tx\\N\t1\t2020-01-01\t5\n1\t\\Nx\t1\t2020-01-01\t6\n1\tN\t1\t2020-01-01\t7\n', options: '' },
  { text: '1\tx\t1\t\t0\n\tx\t\t\t\n', options: '' },
];

export function statementOf({ options, replace }: LoadCase): string {
  return `load data local infile 'f' ${replace === true ? 'replace ' : ''}into table t ${options}`;
}
