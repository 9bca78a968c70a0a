/**
 * Rewrites a grouped block's expressions over the output of its aggregate: what equals a group key becomes the key's
 * column; a column that is left over must depend functionally on the keys (1055, 1140 under ONLY_FULL_GROUP_BY), and
 * becomes the value of some row of the group.
 */
import { SqlError } from '../../../base/index.ts';
import type { ColumnExpr, Expr } from '../../expr/index.ts';
import type { SortKey } from '../../plan/index.ts';
import { withNullable } from '../../types/index.ts';
import { replaceExpr, sameExpr } from '../logical/expressions.ts';
import type { LogicalNode } from '../logical/logical-plan.ts';
import { aggregate } from '../logical/make.ts';
import { columnIdsOf, mapPlanExpressions } from '../logical/plan-tree.ts';
import { makeAggregate } from './bind-aggregate.ts';
import { copyOrigin, fullName } from './bind-order-by.ts';
import type { Parts } from './bind-select.ts';
import type { Attachment, Block } from './block.ts';
import { determinedColumns } from './functional-dependency.ts';

type Place = 'SELECT list' | 'HAVING clause' | 'ORDER BY clause';

export class Grouping {
  readonly #block: Block;
  readonly #keys: readonly Expr[];
  readonly #keyColumns: readonly ColumnExpr[];
  readonly #rollup: boolean;
  readonly #fromColumns: ReadonlySet<number>;
  /** Columns that are taken from some row of the group, by id. */
  readonly #anyValues = new Map<number, ColumnExpr>();
  #determined: ReadonlySet<number> | undefined;
  #place: Place = 'SELECT list';
  #position = 1;
  #unchecked = false;

  constructor(block: Block, keys: readonly Expr[], rollup: boolean) {
    this.#block = block;
    this.#keys = keys;
    this.#rollup = rollup;
    this.#fromColumns = columnIdsOf(block.relation!.plan);
    this.#keyColumns = keys.map((key) => {
      const type = rollup ? withNullable(key.type, true) : key.type;
      const { name, table } = key.kind === 'column' ? key : { name: 'key' };
      const column = block.state.newColumnOf([key], name, table, type);
      return copyOrigin(column, key, block);
    });
  }

  rewrite(parts: Parts): Parts & { readonly plan: LogicalNode } {
    this.#place = 'SELECT list';
    const items = parts.items.map((item, i) => {
      this.#position = i + 1;
      return { ...item, expr: this.#over(item.expr) };
    });
    this.#place = 'HAVING clause';
    this.#position = 1;
    const having = parts.having.map((expr) => this.#over(expr));
    const qualify = parts.qualify.map((expr) => this.#over(expr));
    this.#place = 'ORDER BY clause';
    // One row needs no order: what the keys read need not even be grouped.
    const isOneRow = this.#keys.length === 0 && this.#block.windows.length === 0;
    const order = (isOneRow ? [] : parts.order).map((key, i): SortKey => {
      this.#position = i + 1;
      return { ...key, expr: this.#over(key.expr) };
    });
    this.#rewriteWindows();
    this.#place = 'SELECT list';
    const havingPending = parts.havingPending.map((attachment) => this.#overAttachment(attachment));
    const post = parts.post.map((attachment) => this.#overAttachment(attachment));
    return { items, having, qualify, order, havingPending, post, plan: this.#plan() };
  }

  #plan(): LogicalNode {
    const block = this.#block;
    return aggregate(block.relation!.plan, {
      groupBy: this.#keys,
      groupColumns: this.#keyColumns,
      calls: block.aggregateCalls,
      callColumns: block.aggregateColumns,
      rollup: this.#rollup,
      levelColumn: block.levelColumn,
    });
  }

  #over(expr: Expr): Expr {
    return replaceExpr(expr, (part) => {
      if (part.kind === 'constant') return undefined;
      const key = this.#keys.findIndex((candidate) => sameExpr(candidate, part));
      if (key >= 0) return this.#keyColumns[key];
      if (part.kind === 'call' && part.name === 'any_value' && !this.#unchecked) return this.#overUnchecked(part);
      return part.kind === 'column' && this.#fromColumns.has(part.id) ? this.#anyValue(part) : undefined;
    });
  }

  /** ANY_VALUE(x): the user does not care which row of the group it comes from. */
  #overUnchecked(expr: Expr): Expr {
    this.#unchecked = true;
    try {
      return this.#over(expr);
    } finally {
      this.#unchecked = false;
    }
  }

  #anyValue(column: ColumnExpr): ColumnExpr {
    const known = this.#anyValues.get(column.id);
    if (known !== undefined) return known;
    const block = this.#block;
    if (block.state.context.session.sqlMode.onlyFullGroupBy && !this.#unchecked && !this.#isDetermined(column.id))
      throw this.#notGrouped(column);
    const call = makeAggregate(block.state, 'any_value', [column]);
    const value = copyOrigin(
      block.state.newColumnOf([column], column.name, column.table, withNullable(column.type, true)),
      column,
      block,
    );
    block.aggregateCalls.push(call);
    block.aggregateColumns.push(value);
    this.#anyValues.set(column.id, value);
    return value;
  }

  #isDetermined(id: number): boolean {
    this.#determined ??= determinedColumns(this.#block.relation!.plan, this.#keys);
    return this.#determined.has(id);
  }

  #notGrouped(column: ColumnExpr): SqlError {
    const name = fullName(column, this.#block);
    const place = `expression #${this.#position} of ${this.#place}`;
    if (this.#keys.length === 0) {
      return new SqlError(
        'ER_MIX_OF_GROUP_FUNC_AND_FIELDS',
        1140,
        '42000',
        `In aggregated query without GROUP BY, ${place} contains nonaggregated column '${name}'; this is incompatible with sql_mode=only_full_group_by`,
      );
    }
    return new SqlError(
      'ER_WRONG_FIELD_WITH_GROUP',
      1055,
      '42000',
      `E${place.slice(1)} is not in GROUP BY clause and contains nonaggregated column '${name}' which is not functionally dependent on columns in GROUP BY clause; this is incompatible with sql_mode=only_full_group_by`,
    );
  }

  #rewriteWindows(): void {
    const windows = this.#block.windows;
    for (const [i, window] of windows.entries()) {
      windows[i] = {
        partitionBy: window.partitionBy.map((expr) => this.#over(expr)),
        orderBy: window.orderBy.map((key) => ({ ...key, expr: this.#over(key.expr) })),
        calls: window.calls.map(({ call, column }) => ({
          column,
          call: { ...call, args: call.args.map((arg) => this.#over(arg)) },
        })),
      };
    }
  }

  #overAttachment(attachment: Attachment): Attachment {
    const visit = (expr: Expr): Expr => this.#over(expr);
    if (attachment.kind === 'join') return { ...attachment, on: attachment.on.map(visit) };
    return {
      ...attachment,
      on: attachment.on.map(visit),
      inner: mapPlanExpressions(attachment.inner, (expr) => this.#overColumns(expr)),
    };
  }

  /** Inside a subquery only lone columns of this block are replaced: its own expressions stay as they are. */
  #overColumns(expr: Expr): Expr {
    return replaceExpr(expr, (part) =>
      part.kind === 'column' && this.#fromColumns.has(part.id) ? this.#over(part) : undefined,
    );
  }
}
