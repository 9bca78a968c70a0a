/** The shell's parts: cutting text into statements, terminal widths, tables. Expected output is the mysql client's. */
import { describe, expect, it } from 'vitest';
import { displayWidth } from './display-width.ts';
import { render, type Layout } from './render.ts';
import type { Cell, ShellRows } from './shell-connection.ts';
import { StatementSplitter } from './statement-splitter.ts';

function split(text: string): string[] {
  const splitter = new StatementSplitter();
  const pieces = text.split('\n').flatMap((line) => [...splitter.feed(line)]);
  const rest = splitter.end();
  if (rest !== undefined) pieces.push(rest);
  return pieces.map((piece) =>
    piece.kind === 'statement' ? `${piece.sql}${piece.vertical ? ' [G]' : ''}` : `<${piece.name} ${piece.argument}>`,
  );
}

describe('StatementSplitter', () => {
  it.each([
    ['select 1; select 2;', ['select 1', 'select 2']],
    ['select 1', ['select 1']],
    ['select\n1\n;', ['select\n1']],
    ['select \'a;b\', "c;", `d;`;', ['select \'a;b\', "c;", `d;`']],
    ["select 'it''s;', 'a\\';b';", ["select 'it''s;', 'a\\';b'"]],
    ["select 'two\nlines;' ;", ["select 'two\nlines;'"]],
    ['select 1 -- no; end\n+ 1;', ['select 1 -- no; end\n+ 1']],
    ['-- only; a comment\nselect 1;', ['select 1']],
    ['# hash; comment\n\nselect 1;', ['select 1']],
    ['select 5--1;', ['select 5--1']],
    ['select /* a;\nb; */ 1;', ['select /* a;\nb; */ 1']],
    ['select 1\\G select 2\\g', ['select 1 [G]', 'select 2']],
    [
      'delimiter //\ncreate trigger x begin a; b; end//\ndelimiter ;\nselect 1;',
      ['<delimiter //>', 'create trigger x begin a; b; end', '<delimiter ;>', 'select 1'],
    ],
    ['use db', ['<use db>']],
    ['use db;', ['<use db>']],
    ['use db; select 1;', ['use db', 'select 1']],
    ['source a file.sql', ['<source a file.sql>']],
    ['\\. file.sql', ['<source file.sql>']],
    ['select 1\\c\nselect 2;', ['<clear >', 'select 2']],
    ['quit;\n', ['<quit >']],
    ['help', ['<help >']],
    [';;', []],
  ])('%j', (text, expected) => {
    expect(split(text)).toEqual(expected);
  });
});

describe('displayWidth', () => {
  it.each([
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['日本', 4],
    ['😀', 2],
    ['ｱ', 1],
    ['', 0],
  ])('%s', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

async function rendered(layout: Layout, rows: Cell[][], header = true): Promise<string> {
  const result: ShellRows = {
    kind: 'rows',
    columns: [
      { name: 'id', numeric: true },
      { name: 'name', numeric: false },
    ],
    rows: (async function* () {
      yield rows;
    })(),
    warningCount: () => 0,
  };
  let text = '';
  await render(result, { layout, header }, (part) => (text += part));
  return text;
}

describe('render', () => {
  const rows: Cell[][] = [
    ['1', 'a\tb'],
    ['20', null],
    ['3', '日本'],
  ];

  it('aligns a table', async () => {
    expect(
      await rendered('table', [
        ['1', 'x'],
        ['20', null],
        ['3', '日本語'],
      ]),
    ).toBe(
      [
        '+----+--------+',
        '| id | name   |',
        '+----+--------+',
        '|  1 | x      |',
        '| 20 | NULL   |',
        '|  3 | 日本語 |',
        '+----+--------+',
        '',
      ].join('\n'),
    );
  });

  it('prints an empty set as nothing', async () => {
    expect(await rendered('table', [])).toBe('');
  });

  it('escapes batch output', async () => {
    expect(await rendered('batch', rows)).toBe('id\tname\n1\ta\\tb\n20\tNULL\n3\t日本\n');
    expect(await rendered('batch', rows, false)).toBe('1\ta\\tb\n20\tNULL\n3\t日本\n');
  });

  it('prints records', async () => {
    expect(await rendered('vertical', [['1', null]])).toBe(
      '*************************** 1. row ***************************\n  id: 1\nname: NULL\n',
    );
  });
});
