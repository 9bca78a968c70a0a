/** DDL of databases, views, stored programs, events, triggers and of the objects that are kept coarse. */
import type { AccountName, NamedOption, ObjectName, Span, TableName } from './clause.ts';
import type { DataType } from './data-type.ts';
import type { Expression } from './expression.ts';
import type { Query } from './select.ts';

// ---- databases ----

/** `charset`/`collation` undefined = not written. */
export interface DatabaseOptions {
  readonly charset: string | undefined;
  readonly collation: string | undefined;
  readonly encryption: string | undefined;
  /** READ ONLY = 0 | 1 | DEFAULT (ALTER only). */
  readonly readOnly: boolean | 'default' | undefined;
}
export interface CreateDatabase extends Span {
  readonly kind: 'create-database';
  readonly ifNotExists: boolean;
  readonly name: string;
  readonly options: DatabaseOptions;
}
export interface AlterDatabase extends Span {
  readonly kind: 'alter-database';
  /** undefined = the current database. */
  readonly name: string | undefined;
  readonly options: DatabaseOptions;
}
export interface DropDatabase extends Span {
  readonly kind: 'drop-database';
  readonly ifExists: boolean;
  readonly name: string;
}

// ---- views ----

/** CREATE [OR REPLACE] VIEW and ALTER VIEW. */
export interface CreateView extends Span {
  readonly kind: 'create-view';
  readonly orReplace: boolean;
  readonly alter: boolean;
  readonly ifNotExists: boolean;
  readonly algorithm: 'undefined' | 'merge' | 'temptable' | undefined;
  readonly definer: AccountName | undefined;
  readonly security: 'definer' | 'invoker' | undefined;
  readonly view: TableName;
  readonly columns: readonly string[];
  readonly query: Query;
  readonly checkOption: 'cascaded' | 'local' | undefined;
}
export interface DropView extends Span {
  readonly kind: 'drop-view';
  readonly ifExists: boolean;
  readonly views: readonly TableName[];
}

// ---- stored programs: the body is parsed for syntax and kept as source text ----

export interface RoutineParameter {
  readonly name: string;
  /** `in` for functions. */
  readonly mode: 'in' | 'out' | 'inout';
  readonly type: DataType;
}
export interface RoutineCharacteristics {
  readonly comment: string | undefined;
  readonly language: string | undefined;
  readonly deterministic: boolean | undefined;
  readonly dataAccess: 'contains sql' | 'no sql' | 'reads sql data' | 'modifies sql data' | undefined;
  readonly security: 'definer' | 'invoker' | undefined;
}
export interface CreateRoutine extends Span {
  readonly kind: 'create-routine';
  readonly type: 'procedure' | 'function';
  readonly ifNotExists: boolean;
  readonly definer: AccountName | undefined;
  readonly name: ObjectName;
  readonly parameters: readonly RoutineParameter[];
  readonly returns: DataType | undefined;
  readonly characteristics: RoutineCharacteristics;
  readonly body: RoutineBody;
}
/** Source text of a stored program's body with its span in the statement. */
export interface RoutineBody extends Span {
  readonly text: string;
}
export interface AlterRoutine extends Span {
  readonly kind: 'alter-routine';
  readonly type: 'procedure' | 'function';
  readonly name: ObjectName;
  readonly characteristics: RoutineCharacteristics;
}
/** CREATE FUNCTION f RETURNS type SONAME 'library'. */
export interface CreateLoadableFunction extends Span {
  readonly kind: 'create-loadable-function';
  readonly aggregate: boolean;
  readonly ifNotExists: boolean;
  readonly name: ObjectName;
  readonly returns: 'string' | 'real' | 'decimal' | 'int';
  readonly library: string;
}
export interface CreateTrigger extends Span {
  readonly kind: 'create-trigger';
  readonly ifNotExists: boolean;
  readonly definer: AccountName | undefined;
  readonly name: ObjectName;
  readonly timing: 'before' | 'after';
  readonly event: 'insert' | 'update' | 'delete';
  readonly table: TableName;
  readonly order: { readonly type: 'follows' | 'precedes'; readonly trigger: string } | undefined;
  readonly body: RoutineBody;
}
export type EventSchedule =
  | { readonly type: 'at'; readonly time: Expression }
  | {
      readonly type: 'every';
      readonly amount: Expression;
      readonly unit: string;
      readonly starts: Expression | undefined;
      readonly ends: Expression | undefined;
    };
/** CREATE EVENT and ALTER EVENT (where all parts are optional). */
export interface CreateEvent extends Span {
  readonly kind: 'create-event';
  readonly alter: boolean;
  readonly ifNotExists: boolean;
  readonly definer: AccountName | undefined;
  readonly name: ObjectName;
  readonly schedule: EventSchedule | undefined;
  readonly preserve: boolean | undefined;
  readonly rename: ObjectName | undefined;
  readonly status: 'enable' | 'disable' | 'disable on replica' | undefined;
  readonly comment: string | undefined;
  readonly body: RoutineBody | undefined;
}
/** DROP of everything that is named by one name. */
export interface DropObject extends Span {
  readonly kind: 'drop-object';
  readonly type:
    | 'procedure'
    | 'function'
    | 'trigger'
    | 'event'
    | 'server'
    | 'tablespace'
    | 'undo tablespace'
    | 'logfile group'
    | 'resource group'
    | 'spatial reference system'
    | 'library';
  readonly ifExists: boolean;
  readonly name: ObjectName;
  readonly options: readonly NamedOption[];
}

/**
 * Objects outside Ebb's model, checked for syntax and kept as options: SERVER, TABLESPACE, UNDO TABLESPACE, LOGFILE
 * GROUP, RESOURCE GROUP, SPATIAL REFERENCE SYSTEM, INSTANCE.
 */
export interface DefineObject extends Span {
  readonly kind: 'define-object';
  readonly action: 'create' | 'alter';
  readonly type:
    | 'server'
    | 'tablespace'
    | 'undo tablespace'
    | 'logfile group'
    | 'resource group'
    | 'spatial reference system'
    | 'instance'
    | 'library';
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly name: ObjectName;
  readonly options: readonly NamedOption[];
}
