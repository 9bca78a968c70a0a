/**
 * Expressions as MySQL prints them in SHOW CREATE VIEW and SHOW CREATE TABLE: operators in parentheses, functions under
 * their printed names, operands of AND, OR, XOR and NOT made boolean (`(0 <> a)`), NOT pushed into comparisons.
 */
import type { DataType } from './data-type.ts';
import type {
  AggregateCall,
  BytesLiteral,
  CastExpression,
  ColumnReference,
  ComparisonExpression,
  ComparisonOperator,
  Expression,
  FunctionCall,
  JsonOnClause,
  JsonValueExpression,
  LogicalExpression,
  QuantifiedComparison,
  StringLiteral,
  SystemVariable,
  WindowCall,
} from './expression.ts';
import { type FormatContext, quoteName, quoteString } from './format-context.ts';

export function printExpression(node: Expression, context: FormatContext): string {
  const print = (child: Expression): string => context.expression(child);
  switch (node.kind) {
    case 'null':
      return 'NULL';
    case 'boolean':
      return String(node.value);
    case 'integer':
      return String(node.value);
    case 'decimal':
      return node.text.startsWith('.') ? `0${node.text}` : node.text;
    case 'float':
      return node.text;
    case 'string':
      return printString(node, context);
    case 'bytes':
      return printBytes(node);
    case 'temporal':
      return `${node.type.toUpperCase()}${quoteString(node.text)}`;
    case 'parameter':
      return '?';
    case 'column':
      return printColumn(node);
    case 'user-variable':
      return `@${quoteName(node.name)}`;
    case 'variable-assignment':
      return `(@${quoteName(node.name)}:=${print(node.value)})`;
    case 'system-variable':
      return printSystemVariable(node);
    case 'default':
      return 'default';
    case 'default-of':
      return `default(${printColumn(node.column)})`;
    case 'values-of':
      return `values(${printColumn(node.column)})`;
    case 'row':
      return `(${node.items.map(print).join(',')})`;
    case 'subquery':
      return `(${context.subquery(node.query)})`;
    case 'exists':
      return `exists(${context.subquery(node.query)})`;
    case 'function':
      return printFunction(node, context);
    case 'aggregate':
      return printAggregate(node, context);
    case 'window':
      return printWindowCall(node, context);
    default:
      return printOperator(node, context) ?? printSpecial(node, context);
  }
}

function printColumn(node: ColumnReference): string {
  const qualifier = node.table === undefined ? '' : `${quoteName(node.table)}.`;
  const schema = node.schema === undefined ? '' : `${quoteName(node.schema)}.`;
  return `${schema}${qualifier}${quoteName(node.name)}`;
}

function printSystemVariable(node: SystemVariable): string {
  const scope = node.scope === undefined ? '' : `${node.scope.replace('-', '_')}.`;
  const component = node.component === undefined ? '' : `${quoteName(node.component)}.`;
  return `@@${scope}${component}${quoteName(node.name)}`;
}

function printString(node: StringLiteral, context: FormatContext): string {
  const charset = node.charset ?? context.introducer;
  return charset === undefined ? quoteString(node.value) : `_${charset}${quoteString(node.value)}`;
}

function printBytes(node: BytesLiteral): string {
  if (node.bytes.length === 0) return node.charset === undefined ? "x''" : `_${node.charset} x''`;
  let text = node.charset === undefined ? '0x' : `_${node.charset} 0x`;
  for (const byte of node.bytes) text += byte.toString(16).toUpperCase().padStart(2, '0');
  return text;
}

// ---- operators ----

/** Comparisons, logic, arithmetic; undefined for the other kinds. */
function printOperator(node: Expression, context: FormatContext): string | undefined {
  const print = (child: Expression): string => context.expression(child);
  const not = (negated: boolean): string => (negated ? 'not ' : '');
  switch (node.kind) {
    case 'unary':
      if (node.operator === 'not') return printNegation(node.operand, context);
      if (node.operator === '+') return print(node.operand);
      return `${node.operator}(${print(node.operand)})`;
    case 'binary':
      if (node.operator === 'xor') return `(${truth(node.left, context)} xor ${truth(node.right, context)})`;
      return `(${factor(node.left, context)} ${node.operator === 'div' ? 'DIV' : node.operator} ${factor(node.right, context)})`;
    case 'comparison':
      return printComparison(node, context);
    case 'logical':
      return `(${flatten(node)
        .map((operand) => truth(operand, context))
        .join(` ${node.operator} `)})`;
    case 'quantified-comparison':
      return printQuantified(node, context);
    case 'between':
      return `(${factor(node.operand, context)} ${not(node.negated)}between ${factor(node.low, context)} and ${factor(node.high, context)})`;
    case 'in-list':
      if (node.items.length === 1 && node.items[0]?.kind !== 'row') {
        return `(${print(node.operand)} ${node.negated ? '<>' : '='} ${print(node.items[0] as Expression)})`;
      }
      return `(${print(node.operand)} ${not(node.negated)}in (${node.items.map(print).join(',')}))`;
    case 'in-query': {
      const text = `${print(node.operand)} in (${context.subquery(node.query)})`;
      return node.negated ? `(not(${text}))` : text;
    }
    case 'like': {
      const escape = node.escape === undefined ? '' : ` escape ${print(node.escape)}`;
      const like = `(${print(node.operand)} like ${print(node.pattern)}${escape})`;
      return node.negated ? `(not(${like}))` : like;
    }
    case 'regexp': {
      const call = `regexp_like(${print(node.operand)},${print(node.pattern)})`;
      return node.negated ? `(not(${call}))` : call;
    }
    case 'is':
      if (node.test === 'null' || node.test === 'unknown')
        return `(${print(node.operand)} is ${not(node.negated)}null)`;
      return `(${truth(node.operand, context)} is ${not(node.negated)}${node.test})`;
    case 'member-of':
      return `${print(node.value)} member of (${print(node.array)})`;
    case 'collate':
      // the word BINARY is no name of a collation here
      return `(${factor(node.operand, context)} collate ${node.collation === 'binary' ? quoteName('binary') : node.collation})`;
    default:
      return undefined;
  }
}

/** = ANY is IN, <> ALL is NOT IN. */
function printQuantified(node: QuantifiedComparison, context: FormatContext): string {
  const left = context.expression(node.left);
  const query = context.subquery(node.query);
  if (node.operator === '=' && node.quantifier === 'any') return `${left} in (${query})`;
  if (node.operator === '<>' && node.quantifier === 'all') return `(not(${left} in (${query})))`;
  return `${left} ${node.operator} ${node.quantifier} (${query})`;
}

/** An operand of an operator that binds tighter than IN and ANY: those print without parentheses of their own. */
function factor(node: Expression, context: FormatContext): string {
  const text = context.expression(node);
  return node.kind === 'in-query' || node.kind === 'quantified-comparison' || node.kind === 'member-of'
    ? `(${text})`
    : text;
}

/** AND inside AND is one list, likewise OR. */
function flatten(node: LogicalExpression): Expression[] {
  const flat: Expression[] = [];
  const collect = (list: readonly Expression[]): void => {
    for (const operand of list) {
      if (operand.kind === 'logical' && operand.operator === node.operator) collect(operand.operands);
      else flat.push(operand);
    }
  };
  collect(node.operands);
  return flat;
}

const BOOLEAN_KINDS = new Set<Expression['kind']>([
  'comparison',
  'logical',
  'quantified-comparison',
  'between',
  'in-list',
  'in-query',
  'like',
  'regexp',
  'is',
  'member-of',
  'exists',
  'boolean',
  'match',
]);

const BOOLEAN_FUNCTIONS = new Set([
  'regexp_like',
  'isnull',
  'json_contains',
  'json_contains_path',
  'json_overlaps',
  'json_valid',
]);

function isBoolean(node: Expression): boolean {
  if (node.kind === 'unary') return node.operator === 'not' || (node.operator === '+' && isBoolean(node.operand));
  if (node.kind === 'binary') return node.operator === 'xor';
  if (node.kind === 'function') return BOOLEAN_FUNCTIONS.has(node.name);
  return BOOLEAN_KINDS.has(node.kind);
}

/** The node as a condition. */
export function truth(node: Expression, context: FormatContext): string {
  return isBoolean(node) ? context.expression(node) : `(0 <> ${context.expression(node)})`;
}

const OPPOSITE: Readonly<Partial<Record<ComparisonOperator, ComparisonOperator>>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};

/** NOT node. */
function printNegation(node: Expression, context: FormatContext): string {
  switch (node.kind) {
    case 'comparison': {
      const operator = OPPOSITE[node.operator];
      if (operator === undefined) return `(not(${context.expression(node)}))`;
      return printComparison({ ...node, operator }, context);
    }
    case 'quantified-comparison': {
      const operator = OPPOSITE[node.operator] ?? node.operator;
      return printQuantified({ ...node, operator, quantifier: node.quantifier === 'any' ? 'all' : 'any' }, context);
    }
    case 'logical': {
      const operator = node.operator === 'and' ? 'or' : 'and';
      return `(${flatten(node)
        .map((operand) => printNegation(operand, context))
        .join(` ${operator} `)})`;
    }
    case 'unary':
      if (node.operator === 'not') return truth(node.operand, context);
      break;
    case 'between':
    case 'in-list':
    case 'in-query':
    case 'is':
    case 'like':
    case 'regexp':
      return context.expression({ ...node, negated: !node.negated });
    case 'exists':
      return `(not ${context.expression(node)})`;
    default:
      break;
  }
  return isBoolean(node) ? `(not(${context.expression(node)}))` : `(0 = ${context.expression(node)})`;
}

/** Rows compare column by column. */
function printComparison(node: ComparisonExpression, context: FormatContext): string {
  const { left, right, operator } = node;
  const pairs = left.kind === 'row' && right.kind === 'row' && left.items.length === right.items.length;
  if (pairs && (operator === '=' || operator === '<>')) {
    const parts = left.items.map(
      (item, index) =>
        `(${context.expression(item)} ${operator} ${context.expression(right.items[index] as Expression)})`,
    );
    return `(${parts.join(operator === '=' ? ' and ' : ' or ')})`;
  }
  return `(${context.expression(left)} ${operator} ${context.expression(right)})`;
}

// ---- special syntaxes ----

function printSpecial(node: Expression, context: FormatContext): string {
  const print = (child: Expression): string => context.expression(child);
  switch (node.kind) {
    case 'json-arrow': {
      const extract = `json_extract(${print(node.column)},${print(node.path)})`;
      return node.unquote ? `json_unquote(${extract})` : extract;
    }
    case 'case': {
      const branches = node.branches.map((branch) => ` when ${print(branch.when)} then ${print(branch.then)}`).join('');
      const operand = node.operand === undefined ? '' : ` ${print(node.operand)}`;
      const otherwise = node.otherwise === undefined ? '' : ` else ${print(node.otherwise)}`;
      return `(case${operand}${branches}${otherwise} end)`;
    }
    case 'cast':
      return printCast(node, context);
    case 'convert-using':
      return `convert(${print(node.operand)} using ${node.charset})`;
    case 'date-arithmetic':
      return `(${factor(node.date, context)} ${node.operator} interval ${print(node.amount)} ${node.unit})`;
    case 'extract':
      return `extract(${node.unit} from ${print(node.operand)})`;
    case 'trim': {
      if (node.remove === undefined && node.side === 'both') return `trim(${print(node.operand)})`;
      const side = node.side === 'both' ? '' : `${node.side} `;
      const remove = node.remove === undefined ? '' : `${print(node.remove)} `;
      return `trim(${side}${remove}from ${print(node.operand)})`;
    }
    case 'char': {
      const using = node.charset === undefined ? '' : ` using ${node.charset}`;
      return `char(${node.args.map(print).join(',')}${using})`;
    }
    case 'weight-string': {
      const as = node.as === undefined ? '' : ` as ${node.as}(${node.length})`;
      return `weight_string(${print(node.operand)}${as})`;
    }
    case 'get-format':
      return `get_format(${node.type.toUpperCase()}, ${print(node.format)})`;
    case 'timestamp-unit': {
      const [first, second] = node.args as [Expression, Expression];
      if (node.name === 'timestampadd') return `(${print(second)} + interval ${print(first)} ${node.unit})`;
      return `timestampdiff(${node.unit.toUpperCase()},${print(first)},${print(second)})`;
    }
    case 'json-value':
      return printJsonValue(node, context);
    case 'match': {
      const mode = MATCH_MODES[node.mode];
      return `(match ${node.columns.map(printColumn).join(',')} against (${print(node.against)}${mode}))`;
    }
    default:
      throw new TypeError(`cannot print a node of kind ${node.kind}`);
  }
}

const MATCH_MODES = {
  natural: '',
  'natural-expansion': ' with query expansion',
  expansion: ' with query expansion',
  boolean: ' in boolean mode',
} as const;

function printCast(node: CastExpression, context: FormatContext): string {
  const array = node.array ? ' array' : '';
  if (node.timeZone !== undefined) {
    return `cast(${context.expression(node.operand)} at time zone ${quoteString(node.timeZone)} as ${printCastType(node.type)})`;
  }
  return `cast(${context.expression(node.operand)} as ${printCastType(node.type)}${array})`;
}

/** BINARY is a CHAR in charset binary; a CHAR without charset is utf8mb4; a DECIMAL always has its precision. */
function printCastType(type: DataType): string {
  const length = type.length === undefined ? '' : `(${type.length})`;
  switch (type.name) {
    case 'char':
      return `char${length} charset ${type.national ? 'utf8mb3' : (type.charset ?? 'utf8mb4')}`;
    case 'binary':
      return `char${length} charset binary`;
    case 'decimal':
      return `decimal(${type.length ?? 10},${type.decimals ?? 0})`;
    case 'time':
    case 'datetime':
      return `${type.name}${length}`;
    default:
      return type.name;
  }
}

function printJsonValue(node: JsonValueExpression, context: FormatContext): string {
  const returning = node.returning === undefined ? 'char(512)' : printReturning(node.returning);
  const empty = printJsonOn(node.onEmpty, 'empty', context);
  const error = printJsonOn(node.onError, 'error', context);
  return `json_value(${context.expression(node.document)}, ${context.expression(node.path)} returning ${returning}${empty}${error})`;
}

function printReturning(type: DataType): string {
  if (type.name !== 'char' || type.charset !== undefined) return printCastType(type);
  return type.length === undefined ? 'char' : `char(${type.length})`;
}

export function printJsonOn(clause: JsonOnClause | undefined, on: 'empty' | 'error', context: FormatContext): string {
  if (clause === undefined) return '';
  const action = clause.action === 'default' ? `default ${context.expression(clause.value)}` : clause.action;
  return ` ${action} on ${on}`;
}

// ---- calls ----

const PRINTED_NAMES: Readonly<Record<string, string>> = {
  ucase: 'upper',
  lcase: 'lower',
  character_length: 'char_length',
  octet_length: 'length',
  power: 'pow',
  ceil: 'ceiling',
};

function printFunction(node: FunctionCall, context: FormatContext): string {
  const args = node.args.map((argument) => context.expression(argument));
  if (node.schema !== undefined) return `${quoteName(node.schema)}.${quoteName(node.name)}(${args.join(',')})`;
  switch (node.name) {
    case 'mod':
      return `(${args[0]} % ${args[1]})`;
    case 'date':
      return `cast(${args[0]} as date)`;
    case 'round':
    case 'week':
      if (args.length === 1) args.push('0');
      break;
    default:
      break;
  }
  return `${PRINTED_NAMES[node.name] ?? node.name}(${args.join(',')})`;
}

const AGGREGATE_NAMES: Readonly<Record<string, string>> = { stddev_pop: 'std', var_pop: 'variance' };

function printAggregate(node: AggregateCall, context: FormatContext): string {
  const args = node.star ? '0' : node.args.map((argument) => context.expression(argument)).join(',');
  const distinct = node.distinct ? 'distinct ' : '';
  const over = node.over === undefined ? '' : ` OVER ${context.window(node.over)}`;
  if (node.name !== 'group_concat') return `${AGGREGATE_NAMES[node.name] ?? node.name}(${distinct}${args})${over}`;
  const items = node.orderBy.map((item) => `${context.expression(item.expression)} ${item.direction.toUpperCase()}`);
  const order = items.length === 0 ? '' : ` order by ${items.join(',')}`;
  return `group_concat(${distinct}${args}${order} separator ${quoteString(node.separator ?? ',')})${over}`;
}

function printWindowCall(node: WindowCall, context: FormatContext): string {
  const args = node.args.map((argument) => context.expression(argument)).join(',');
  const from = node.from === 'last' ? ' from last' : '';
  const nulls = node.nulls === 'ignore' ? ' ignore nulls' : '';
  return `${node.name}(${args})${from}${nulls} OVER ${context.window(node.over)}`;
}
