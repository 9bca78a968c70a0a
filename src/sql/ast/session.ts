/** Statements about the session: SET, USE, prepared statements, diagnostics, KILL. */
import type { Span } from './clause.ts';
import type { Expression, UserVariable, VariableScope } from './expression.ts';

/** SET a = 1, @b = 2, NAMES utf8mb4, …: assignments run in order. */
export interface SetStatement extends Span {
  readonly kind: 'set';
  readonly assignments: readonly SetAssignment[];
}
export type SetAssignment =
  | { readonly kind: 'user'; readonly name: string; readonly value: Expression }
  | {
      readonly kind: 'system';
      /** undefined = not written: session (or a stored program's local variable, or NEW.column with component NEW). */
      readonly scope: VariableScope | undefined;
      readonly component: string | undefined;
      readonly name: string;
      /** `default` node for DEFAULT; the words ON, ALL, BINARY, ROW, SYSTEM and bare names come as `string` literals. */
      readonly value: Expression;
    }
  /** SET NAMES; charset undefined = DEFAULT. */
  | { readonly kind: 'names'; readonly charset: string | undefined; readonly collation: string | undefined }
  /** SET CHARACTER SET. */
  | { readonly kind: 'charset'; readonly charset: string | undefined };

export interface Use extends Span {
  readonly kind: 'use';
  readonly database: string;
}

export interface Prepare extends Span {
  readonly kind: 'prepare';
  readonly name: string;
  /** Text, or the variable that holds it. */
  readonly source: string | UserVariable;
}
export interface Execute extends Span {
  readonly kind: 'execute';
  readonly name: string;
  readonly using: readonly UserVariable[];
}
export interface Deallocate extends Span {
  readonly kind: 'deallocate';
  readonly name: string;
}

export interface Kill extends Span {
  readonly kind: 'kill';
  readonly type: 'connection' | 'query';
  readonly id: Expression;
}

/** SIGNAL and RESIGNAL. */
export interface Signal extends Span {
  readonly kind: 'signal' | 'resignal';
  readonly sqlState: string | undefined;
  readonly condition: string | undefined;
  readonly items: readonly { readonly name: string; readonly value: Expression }[];
}
export interface GetDiagnostics extends Span {
  readonly kind: 'get-diagnostics';
  readonly area: 'current' | 'stacked';
  /** undefined = statement information. */
  readonly condition: Expression | undefined;
  readonly items: readonly { readonly target: UserVariable | string; readonly name: string }[];
}

export interface Help extends Span {
  readonly kind: 'help';
  readonly topic: string;
}
export interface Shutdown extends Span {
  readonly kind: 'shutdown' | 'restart';
}
