/** Results as text: an aligned table, vertical records, or tab-separated lines for other programs. */
import { displayWidth } from './display-width.ts';
import type { Cell, ShellColumn, ShellRows } from './shell-connection.ts';

export type Layout = 'table' | 'vertical' | 'batch';

export interface RenderOptions {
  readonly layout: Layout;
  readonly header: boolean;
}

type Write = (text: string) => void;

/** Rows that decide the widths of a table; more rows are printed as wide as they are. */
const MEASURED_ROWS_MAX = 10_000;

/** Prints all rows and answers how many there were. */
export async function render(result: ShellRows, options: RenderOptions, write: Write): Promise<number> {
  if (options.layout === 'table') return renderTable(result, options, write);
  let count = 0;
  if (options.layout === 'batch' && options.header) write(`${result.columns.map(({ name }) => name).join('\t')}\n`);
  const nameWidth = Math.max(0, ...result.columns.map(({ name }) => displayWidth(name)));
  for await (const batch of result.rows) {
    let text = '';
    for (const row of batch) {
      count++;
      text +=
        options.layout === 'batch'
          ? `${row.map(batchCell).join('\t')}\n`
          : verticalRecord(row, result.columns, { nameWidth, count });
    }
    write(text);
  }
  return count;
}

function batchCell(cell: Cell): string {
  if (cell === null) return 'NULL';
  return cell.replace(/[\\\t\n\0]/g, (character) => BATCH_ESCAPES[character] as string);
}

const BATCH_ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\0': '\\0' };

function verticalRecord(
  row: readonly Cell[],
  columns: readonly ShellColumn[],
  at: { nameWidth: number; count: number },
): string {
  const stars = '*'.repeat(27);
  const lines = columns.map(
    ({ name }, i) => `${' '.repeat(at.nameWidth - displayWidth(name))}${name}: ${row[i] ?? 'NULL'}`,
  );
  return `${stars} ${at.count}. row ${stars}\n${lines.join('\n')}\n`;
}

async function renderTable(result: ShellRows, options: RenderOptions, write: Write): Promise<number> {
  const iterator = result.rows[Symbol.asyncIterator]();
  const measured: (readonly Cell[])[] = [];
  let ended = false;
  while (!ended && measured.length < MEASURED_ROWS_MAX) {
    const { done, value } = await iterator.next();
    if (done === true) ended = true;
    else measured.push(...value);
  }
  let count = measured.length;
  if (count === 0) return 0;
  const table = new TableText(result.columns, measured);
  write(table.rule + (options.header ? table.head + table.rule : '') + measured.map((row) => table.row(row)).join(''));
  while (!ended) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    count += value.length;
    write(value.map((row) => table.row(row)).join(''));
  }
  write(table.rule);
  return count;
}

class TableText {
  readonly rule: string;
  readonly head: string;
  readonly #columns: readonly ShellColumn[];
  readonly #widths: number[];

  constructor(columns: readonly ShellColumn[], rows: readonly (readonly Cell[])[]) {
    this.#columns = columns;
    this.#widths = columns.map(({ name }, i) => {
      let width = displayWidth(name);
      for (const row of rows) width = Math.max(width, displayWidth(shown(row[i] ?? null)));
      return width;
    });
    this.rule = `+${this.#widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
    this.head = `|${columns.map(({ name }, i) => ` ${pad(name, this.#widths[i] as number, false)} `).join('|')}|\n`;
  }

  row(row: readonly Cell[]): string {
    const cells = this.#columns.map(
      ({ numeric }, i) => ` ${pad(shown(row[i] ?? null), this.#widths[i] as number, numeric)} `,
    );
    return `|${cells.join('|')}|\n`;
  }
}

function shown(cell: Cell): string {
  return cell ?? 'NULL';
}

function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return right ? space + text : text + space;
}
