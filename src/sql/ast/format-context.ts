/** What the printers of expressions and queries share. */
import type { Expression } from './expression.ts';
import type { OrderItem } from './clause.ts';
import type { Query } from './select.ts';
import type { WindowReference } from './window.ts';

export interface FormatOptions {
  /**
   * Print strings with an introducer (_utf8mb4'x'), as MySQL does in CHECK, generated columns and defaults; the name of
   * the charset to print, or undefined for none (view bodies).
   */
  readonly introducer?: string | undefined;
}

/** Printers handed down, so that expressions can print queries and queries expressions. */
export interface FormatContext {
  readonly introducer: string | undefined;
  /** Whether select items print with their names. */
  readonly named: boolean;
  expression(node: Expression): string;
  query(node: Query): string;
  /** A query inside an expression: its items print without names. */
  subquery(node: Query): string;
  window(node: WindowReference): string;
  orderItems(items: readonly OrderItem[]): string;
}

/** `name`, with backticks inside doubled. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

const ESCAPED: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\n': '\\n',
  '\r': '\\r',
  '\\': '\\\\',
  "'": "\\'",
  '\x1a': '\\Z',
};

/** 'text' with MySQL's escapes. */
export function quoteString(text: string): string {
  // biome-ignore lint: NUL and Ctrl-Z are exactly what is escaped
  return `'${text.replace(/[\0\n\r\\'\x1a]/g, (character) => ESCAPED[character] as string)}'`;
}
