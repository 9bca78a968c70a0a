/** Trees back to text, the way MySQL prints persisted expressions and view bodies. Names are always quoted. */
import type { Expression } from './expression.ts';
import type { FormatContext, FormatOptions } from './format-context.ts';
import { printExpression } from './format-expression.ts';
import { printOrderItems, printQuery, printWindow } from './format-query.ts';
import type { Query } from './select.ts';

function makeContext(options: FormatOptions): FormatContext {
  const make = (named: boolean): FormatContext => {
    const context: FormatContext = {
      introducer: options.introducer,
      named,
      expression: (node) => printExpression(node, context),
      query: (node) => printQuery(node, named ? context : make(true)),
      subquery: (node) => printQuery(node, named ? make(false) : context),
      window: (node) => printWindow(node, context),
      orderItems: (items) => printOrderItems(items, context),
    };
    return context;
  };
  return make(true);
}

/** E.g. (`a` + 1), (`s` like _utf8mb4'x%'). */
export function formatExpression(node: Expression, options: FormatOptions = {}): string {
  return makeContext(options).expression(node);
}

/** E.g. select `t`.`a` AS `a` from `t` where (`t`.`a` > 1). */
export function formatQuery(query: Query, options: FormatOptions = {}): string {
  return makeContext(options).query(query);
}
