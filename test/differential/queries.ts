/**
 * Random queries whose answer is one only: LIMIT and window frames come with an order that ends in the primary keys, what GROUP BY, DISTINCT or a set operation
 * may show in several spellings is marked (`coarse`), so that the comparison folds case and accents.
 */
import { type ExpressionContext, makeCondition, makeExpression, type ScopeColumn } from './expressions.ts';
import type { Random } from './random.ts';
import type { Kind, Schema, Table } from './schema.ts';
import { list, node, NOTHING, optional, type Part, print, type Tree } from './tree.ts';

export interface Query {
  readonly tree: Tree;
  /** The order of the rows is determined. */
  readonly ordered: boolean;
  /** Values may come in several spellings that are equal to their collation. */
  readonly coarse: boolean;
}

interface Source {
  readonly tree: Tree;
  readonly columns: readonly ScopeColumn[];
  /** Columns whose values tell all rows apart; empty when there are none. */
  readonly identity: readonly string[];
}

const KINDS: readonly (readonly [number, Kind])[] = [
  [5, 'integer'],
  [3, 'string'],
  [2, 'decimal'],
  [1, 'double'],
  [1, 'date'],
  [1, 'datetime'],
  [1, 'time'],
  [1, 'json'],
];

/** Kinds that meet in a set operation without a text form that depends on the optimizer. */
const MIXABLE: ReadonlySet<Kind> = new Set(['integer', 'decimal', 'string']);

export class QueryMaker {
  readonly #random: Random;
  readonly #schema: Schema;
  #aliases = 0;

  constructor(random: Random, schema: Schema) {
    this.#random = random;
    this.#schema = schema;
  }

  query(): Query {
    this.#aliases = 0;
    return this.#random.weighted<() => Query>([
      [10, () => this.#plain()],
      [7, () => this.#grouped()],
      [3, () => this.#setOperation()],
      [3, () => this.#windowed()],
      [2, () => this.#withClause()],
    ])();
  }

  /** A table with an alias and its columns, for the oracles that need no other server. */
  source(): { from: Tree; context: ExpressionContext } {
    this.#aliases = 0;
    const source = this.#from(2);
    return { from: source.tree, context: this.#context(source, false) };
  }

  #kinds(low: number, high: number): Kind[] {
    return Array.from({ length: this.#random.between(low, high) }, () => this.#random.weighted(KINDS));
  }

  #context(source: Pick<Source, 'columns'>, subqueries = true): ExpressionContext {
    const { columns } = source;
    return {
      random: this.#random,
      columns,
      subquery: subqueries ? (kind, single) => this.#subquery(columns, kind, single) : undefined,
    };
  }

  #table(): Source {
    const table: Table = this.#random.pick(this.#schema.tables);
    const alias = `a${this.#aliases++}`;
    return {
      tree: node('table', `${table.name} AS ${alias}`),
      columns: table.columns.map(({ name, kind, coarse }) => ({ text: `${alias}.${name}`, kind, coarse })),
      identity: table.primaryKey.map((name) => `${alias}.${name}`),
    };
  }

  /** `constants`: may show expressions that name no column, of which MySQL makes too much in outer joins and ROLLUP. */
  #derived(constants: boolean): Source {
    const inner = this.#random.chance(0.5) ? this.#plain(false, constants) : this.#grouped(false);
    const alias = `d${this.#aliases++}`;
    const columns = inner.kinds.map((kind, place) => ({ text: `${alias}.x${place}`, kind, coarse: kind === 'string' }));
    return { tree: node('table', '(', inner.tree, `) AS ${alias}`), columns, identity: [] };
  }

  #from(tables: number): Source {
    let source = this.#random.chance(0.12) ? this.#derived(tables === 1) : this.#table();
    for (let count = 1; count < tables && this.#random.chance(0.55); count++) source = this.#join(source);
    return source;
  }

  #join(left: Source): Source {
    const random = this.#random;
    const right = random.chance(0.1) ? this.#derived(false) : this.#table();
    const columns = [...left.columns, ...right.columns];
    const kind = random.weighted([
      [5, 'JOIN'],
      [5, 'LEFT JOIN'],
      [2, 'RIGHT JOIN'],
      [1, 'CROSS JOIN'],
    ]);
    const both = left.identity.length > 0 && right.identity.length > 0;
    const on = random.chance(0.6)
      ? this.#equality(left, right)
      : makeCondition(this.#context({ columns }, random.chance(0.2)), 2);
    return {
      tree: node('table', left.tree, ` ${kind} `, right.tree, ...(kind === 'CROSS JOIN' ? [] : [' ON ', on])),
      columns,
      identity: both ? [...left.identity, ...right.identity] : [],
    };
  }

  #equality(left: Source, right: Source): Tree {
    const one = this.#random.pick(left.columns);
    const fitting = right.columns.filter((column) => column.kind === one.kind);
    const other = this.#random.pick(fitting.length > 0 ? fitting : right.columns);
    return list([node('boolean', `(${one.text} = ${other.text})`)], ' AND ');
  }

  #where(context: ExpressionContext): Tree {
    return this.#random.chance(0.7) ? optional(' WHERE ', makeCondition(context, 3)) : NOTHING;
  }

  /** A query of one column; `single`: at most one row. */
  #subquery(outer: readonly ScopeColumn[], kind: Kind, single: boolean): Tree {
    const random = this.#random;
    const source = this.#from(random.chance(0.2) ? 2 : 1);
    const visible = random.chance(0.5) ? [...source.columns, ...outer] : source.columns;
    const context: ExpressionContext = { random, columns: visible };
    const where = random.chance(0.8) ? optional(' WHERE ', makeCondition(context, 2)) : NOTHING;
    const value = makeExpression({ random, columns: source.columns }, kind, 1);
    const shown = single ? node(kind, `${random.pick(['MIN', 'MAX'])}(`, value, ')') : value;
    return node('query', 'SELECT ', shown, ' FROM ', source.tree, where);
  }

  #order(source: Source, columns: number): { tree: Tree; total: boolean } {
    const random = this.#random;
    if (source.identity.length === 0 || random.chance(0.5)) {
      const place = random.between(1, columns);
      return { tree: random.chance(0.4) ? optional(` ORDER BY ${place}`) : NOTHING, total: false };
    }
    const keys: Part[] = random
      .some(source.columns, 0, 2)
      .map((column) => `${column.text}${random.chance(0.4) ? ' DESC' : ''}`);
    const order = node('order', ' ORDER BY ', list([...keys, ...source.identity]));
    if (!random.chance(0.5)) return { tree: order, total: true };
    const limit = optional(
      ` LIMIT ${random.between(0, 6)}${random.chance(0.3) ? ` OFFSET ${random.between(0, 4)}` : ''}`,
    );
    return { tree: node('order', order, limit), total: true };
  }

  #plain(outermost = true, constants = true): Query & { kinds: Kind[] } {
    const random = this.#random;
    const source = this.#from(3);
    const context = this.#context(source);
    const kinds = this.#kinds(1, 4);
    const items = kinds.map((kind, place) =>
      node('item', constants ? makeExpression(context, kind, 3) : this.#varying(context, kind), ` AS x${place}`),
    );
    // which spelling stays is not determined: others must not read it
    const distinct = (outermost || !kinds.includes('string')) && random.chance(0.12);
    const order = outermost && !distinct ? this.#order(source, kinds.length) : { tree: NOTHING, total: false };
    const tree = node(
      'query',
      'SELECT ',
      distinct ? optional('DISTINCT ') : NOTHING,
      list(items),
      ' FROM ',
      source.tree,
      this.#where(context),
      order.tree,
    );
    return { tree, ordered: order.total, coarse: distinct, kinds };
  }

  /** An expression that names a column. */
  #varying(context: ExpressionContext, kind: Kind): Tree {
    for (let tries = 0; tries < 8; tries++) {
      const made = makeExpression(context, kind, 3);
      if (/\b[adw]\d+\.\w/.test(print(made))) return made;
    }
    return node('varying', this.#random.pick(context.columns).text);
  }

  #aggregate(context: ExpressionContext, kind: Kind): Tree {
    const operand = (of: Kind): Tree => makeExpression({ ...context, subquery: undefined }, of, 2);
    const random = this.#random;
    const distinct = random.chance(0.2) ? 'DISTINCT ' : '';
    if (kind === 'integer') {
      return random.weighted<() => Tree>([
        [3, () => node('integer', 'COUNT(*)')],
        [3, () => node('integer', `COUNT(${distinct}`, operand(random.weighted(KINDS.slice(0, 6))), ')')],
        [1, () => node('integer', `${random.pick(['BIT_AND', 'BIT_OR', 'BIT_XOR'])}(`, operand('integer'), ')')],
        [3, () => node('integer', `${random.pick(['MIN', 'MAX'])}(`, operand('integer'), ')')],
      ])();
    }
    if (kind === 'decimal')
      return node(
        'decimal',
        `${random.pick(['SUM', 'AVG'])}(${distinct}`,
        operand(random.pick(['integer', 'decimal'])),
        ')',
      );
    if (kind === 'double' && random.chance(0.6)) {
      return node(
        'double',
        `${random.pick(['SUM', 'AVG', 'STDDEV_POP', 'VAR_SAMP'])}(`,
        operand(random.pick(['double', 'integer'])),
        ')',
      );
    }
    if (kind === 'string' && random.chance(0.4)) {
      const value = operand(random.pick(['string', 'integer']));
      return node(
        'string',
        `GROUP_CONCAT(${distinct}`,
        value,
        ' ORDER BY ',
        value,
        random.chance(0.3) ? " SEPARATOR '|'" : '',
        ')',
      );
    }
    return node(kind, `${random.pick(['MIN', 'MAX'])}(`, operand(kind === 'json' ? 'integer' : kind), ')');
  }

  #grouped(outermost = true): Query & { kinds: Kind[] } {
    const random = this.#random;
    const source = this.#from(2);
    const context = this.#context(source);
    // which spelling of a group is shown is not determined: others must not read it
    const usable = source.columns.filter((column) => outermost || column.kind !== 'string' || !column.coarse);
    const keys = random.chance(0.75) ? random.some(usable, 1, 2) : [];
    const aggregates = this.#kinds(1, 3).map(
      (kind): Kind => (kind === 'json' || (kind === 'string' && !outermost) ? 'integer' : kind),
    );
    const kinds = [...keys.map((key) => key.kind), ...aggregates];
    const items = [
      ...keys.map((key) => node(key.kind, key.text)),
      ...aggregates.map((kind) => this.#aggregate(context, kind)),
    ].map((item, place) => node('item', item, ` AS x${place}`));
    const group =
      keys.length > 0 ? node('group', ' GROUP BY ', list(keys.map(({ text }) => node('key', text)))) : NOTHING;
    const rollup = keys.length > 0 && random.chance(0.1) ? optional(' WITH ROLLUP') : NOTHING;
    const having = random.chance(0.25)
      ? optional(
          ' HAVING ',
          this.#aggregate(context, 'integer'),
          ` ${random.pick(['>', '<=', '<>'])} ${random.between(0, 4)}`,
        )
      : NOTHING;
    const order = outermost && random.chance(0.3) ? optional(` ORDER BY ${random.between(1, kinds.length)}`) : NOTHING;
    const tree = node(
      'query',
      'SELECT ',
      list(items),
      ' FROM ',
      source.tree,
      this.#where(context),
      group,
      rollup,
      having,
      order,
    );
    return { tree, ordered: false, coarse: true, kinds };
  }

  #setOperation(): Query {
    const random = this.#random;
    const kinds = this.#kinds(1, 3);
    const branch = (): Tree => {
      const source = this.#from(2);
      const context = this.#context(source, false);
      const mixed = kinds.map((kind) =>
        MIXABLE.has(kind) && random.chance(0.12) ? random.weighted(KINDS.slice(0, 3)) : kind,
      );
      const items = mixed.map((kind, place) => node('item', makeExpression(context, kind, 2), ` AS x${place}`));
      return node('query', 'SELECT ', list(items), ' FROM ', source.tree, this.#where(context));
    };
    const parts: Part[] = [branch()];
    for (let count = random.between(1, 2); count > 0; count--) {
      const operator = random.pick([
        'UNION',
        'UNION ALL',
        'UNION ALL',
        'INTERSECT',
        'EXCEPT',
        'INTERSECT ALL',
        'EXCEPT ALL',
      ]);
      parts.push(optional(` ${operator} `, branch()));
    }
    return { tree: node('query', ...parts), ordered: false, coarse: true };
  }

  #window(context: ExpressionContext, source: Source): Tree {
    const random = this.#random;
    const partition = random.chance(0.5) ? `PARTITION BY ${random.pick(source.columns).text} ` : '';
    const keys = [
      ...random.some(source.columns, 0, 1).map(({ text }) => `${text}${random.chance(0.3) ? ' DESC' : ''}`),
      ...source.identity,
    ];
    const order = `ORDER BY ${keys.join(', ')}`;
    const low = random.pick(['UNBOUNDED PRECEDING', '2 PRECEDING', '1 PRECEDING', 'CURRENT ROW']);
    const high = random.pick(['CURRENT ROW', '1 FOLLOWING', 'UNBOUNDED FOLLOWING']);
    const frame = random.chance(0.4) ? ` ROWS BETWEEN ${low} AND ${high}` : '';
    const operand = (): Tree =>
      makeExpression({ ...context, subquery: undefined }, random.pick(['integer', 'decimal', 'string', 'date']), 1);
    const number = (): Tree => makeExpression({ ...context, subquery: undefined }, 'integer', 1);
    const ranked = random.pick([
      'ROW_NUMBER()',
      'RANK()',
      'DENSE_RANK()',
      'NTILE(3)',
      'CUME_DIST()',
      'PERCENT_RANK()',
      'COUNT(*)',
    ]);
    const call = random.weighted<() => Part[]>([
      [3, () => [ranked]],
      [2, () => [random.pick(['LAG', 'LEAD']), '(', operand(), `, ${random.between(0, 2)})`]],
      [2, () => [random.pick(['FIRST_VALUE', 'LAST_VALUE']), '(', operand(), ')']],
      [1, () => ['NTH_VALUE(', operand(), ', 2)']],
      [3, () => [random.pick(['SUM', 'AVG', 'MIN', 'MAX', 'COUNT']), '(', number(), ')']],
    ])();
    return node('window', ...call, ` OVER (${partition}${order}`, optional(frame), ')');
  }

  #windowed(): Query {
    const source = this.#from(2);
    if (source.identity.length === 0) return this.#plain();
    const context = this.#context(source, false);
    const items = [
      ...source.identity.map((text) => node('item', text)),
      ...Array.from({ length: this.#random.between(1, 2) }, () => this.#window(context, source)),
    ];
    const tree = node('query', 'SELECT ', list(items), ' FROM ', source.tree, this.#where(context));
    return { tree, ordered: false, coarse: false };
  }

  #withClause(): Query {
    const random = this.#random;
    const inner = random.chance(0.5) ? this.#plain(false) : this.#grouped(false);
    const columns = (alias: string): ScopeColumn[] =>
      inner.kinds.map((kind, place) => ({ text: `${alias}.x${place}`, kind, coarse: kind === 'string' }));
    const twice = random.chance(0.4);
    const context = this.#context({ columns: [...columns('w0'), ...(twice ? columns('w1') : [])] }, false);
    const items = this.#kinds(1, 3).map((kind) => node('item', makeExpression(context, kind, 2)));
    const other: Part = twice ? node('table', ' JOIN w AS w1 ON ', makeCondition(context, 1)) : '';
    const tree = node(
      'query',
      'WITH w AS (',
      inner.tree,
      ') SELECT ',
      list(items),
      ' FROM w AS w0',
      other,
      this.#where(context),
    );
    return { tree, ordered: false, coarse: inner.coarse };
  }
}
