/**
 * The house rules that a machine can keep: arrows between rooms, doors to the world, names, headers, lengths.
 * Each test prints every violation it finds, one per line.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LAYERS, PUBLIC_FILES, roomOf, WORLDLY_FILES, WORLDLY_ROOMS } from './layers.ts';
import { blankOut, importsOf } from './source-text.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
/** A scan that finds fewer files than this scanned the wrong place. */
const FILES_MIN = 200;
const LINES_MAX = 600;

interface SourceFile {
  /** From the repository's root, with '/'. */
  readonly path: string;
  readonly text: string;
}

function filesUnder(directory: string, suffixes: readonly string[]): SourceFile[] {
  const found: SourceFile[] = [];
  for (const entry of readdirSync(join(ROOT, directory), { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !suffixes.some((suffix) => entry.name.endsWith(suffix))) continue;
    const full = join(entry.parentPath, entry.name);
    if (full.includes('node_modules')) continue;
    found.push({ path: relative(ROOT, full).replaceAll('\\', '/'), text: readFileSync(full, 'utf8') });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const sources = ['src', 'test', 'bench'].flatMap((directory) => filesUnder(directory, ['.ts']));
const production = sources.filter(({ path }) => path.startsWith('src/') && !isTestCode(path));

function isTestCode(path: string): boolean {
  return path.endsWith('.test.ts') || path.includes('/testing/') || !path.startsWith('src/');
}

/** Where an import of a file of ours leads, from the root; undefined for packages and node modules. */
function targetOf(path: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? normalize(join(dirname(path), specifier)).replaceAll('\\', '/') : undefined;
}

/** One violation per line; the array itself would be printed twice. */
function report(bad: readonly string[]): void {
  expect(bad.length, `\n${bad.join('\n')}\n`).toBe(0);
}

function publicFileOf(room: string): string {
  return PUBLIC_FILES[room] ?? `src/${room}/index.ts`;
}

describe('arrows', () => {
  it('scanned the whole house', () => {
    expect(sources.length).toBeGreaterThan(FILES_MIN);
    const edges = sources.reduce((count, { text }) => count + importsOf(text).length, 0);
    expect(edges).toBeGreaterThan(FILES_MIN * 2);
  });

  it('knows every room', () => {
    const rooms = new Set(production.map(({ path }) => roomOf(path)));
    expect([...rooms].filter((room) => LAYERS[room] === undefined)).toEqual([]);
  });

  it('only allows arrows that point down', () => {
    const bad: string[] = [];
    for (const [room, below] of Object.entries(LAYERS)) {
      for (const other of below) {
        if (LAYERS[other] === undefined) bad.push(`${room} -> ${other}: no such room`);
        else if (reaches(other, room)) bad.push(`${room} -> ${other} -> … -> ${room}`);
      }
    }
    expect(bad).toEqual([]);
  });

  it('follows the allowed arrows, through public files', () => {
    const bad: string[] = [];
    for (const { path, text } of sources.filter((file) => file.path.startsWith('src/'))) {
      const room = roomOf(path);
      for (const { specifier, line } of importsOf(text)) {
        const target = targetOf(path, specifier);
        if (target === undefined) continue;
        if (!specifier.endsWith('.ts')) bad.push(`${path}:${line} imports ${specifier} without .ts`);
        if (!target.startsWith('src/')) {
          if (!isTestCode(path)) bad.push(`${path}:${line} imports ${target} from outside of src`);
          continue;
        }
        const other = roomOf(target);
        if (other === room) continue;
        if (LAYERS[room]?.includes(other) !== true && !isTestCode(path))
          bad.push(`${path}:${line} ${room} -> ${other}`);
        const isTestDoor = isTestCode(path) && target.includes('/testing/');
        if (target !== publicFileOf(other) && !isTestDoor) {
          bad.push(`${path}:${line} imports ${target}, not ${publicFileOf(other)}`);
        }
      }
    }
    report(bad);
  });

  it('has no cycles between files', () => {
    report(findCycles());
  });
});

function reaches(from: string, to: string): boolean {
  const seen = new Set<string>();
  const waiting = [from];
  for (let room = waiting.pop(); room !== undefined; room = waiting.pop()) {
    if (room === to) return true;
    if (seen.has(room)) continue;
    seen.add(room);
    waiting.push(...(LAYERS[room] ?? []));
  }
  return false;
}

/** Cycles of imports that remain after compilation; a type may look back at what uses it. */
function findCycles(): string[] {
  const edges = new Map(
    production.map(({ path, text }) => [
      path,
      importsOf(text).flatMap(({ specifier, isTypeOnly }) => (isTypeOnly ? [] : (targetOf(path, specifier) ?? []))),
    ]),
  );
  const state = new Map<string, 'open' | 'done'>();
  const trail: string[] = [];
  const cycles: string[] = [];
  const visit = (path: string): void => {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    state.set(path, 'open');
    trail.push(path);
    for (const next of edges.get(path) ?? []) visit(next);
    trail.pop();
    state.set(path, 'done');
  };
  for (const path of edges.keys()) visit(path);
  return cycles;
}

const WORLDLY = [
  { what: 'Date.now', pattern: /\bDate\.now\b/ },
  { what: 'new Date()', pattern: /\bnew Date\(\s*\)/ },
  { what: 'Math.random', pattern: /\bMath\.random\b/ },
  { what: 'a timer', pattern: /(?<![.\w#])(?:setTimeout|setInterval|setImmediate)\s*\(/ },
  { what: 'performance', pattern: /(?<![.\w])performance\./ },
  {
    what: 'process',
    pattern: /(?<![.\w'])process\.(?:env|pid|on|once|exit|argv|cwd|std\w+|hrtime|memoryUsage|nextTick|kill|platform)\b/,
  },
  { what: 'crypto', pattern: /(?<![.\w])crypto\.(?:getRandomValues|randomUUID|subtle)\b/ },
];

describe('doors to the world', () => {
  const inside = production.filter(
    ({ path }) => !WORLDLY_ROOMS.includes(roomOf(path)) && WORLDLY_FILES[path] === undefined,
  );

  it('are in env and cli only', () => {
    const bad: string[] = [];
    for (const { path, text } of inside) {
      for (const { specifier, line } of importsOf(text)) {
        if (specifier.startsWith('node:') || isNodeModule(specifier)) bad.push(`${path}:${line} imports ${specifier}`);
      }
      blankOut(text, 'comments and strings')
        .split('\n')
        .forEach((code, index) => {
          for (const { what, pattern } of WORLDLY)
            if (pattern.test(code)) bad.push(`${path}:${index + 1} uses ${what}`);
        });
    }
    report(bad);
  });

  it('lists no file that does not need it', () => {
    const paths = new Set(production.map(({ path }) => path));
    expect(Object.keys(WORLDLY_FILES).filter((path) => !paths.has(path))).toEqual([]);
  });
});

function isNodeModule(specifier: string): boolean {
  return /^(?:fs|path|os|net|tls|crypto|zlib|util|stream|events|worker_threads|child_process|buffer)(?:\/|$)/.test(
    specifier,
  );
}

describe('files', () => {
  it('are named in kebab-case after what they hold', () => {
    const name = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|property|data|bench|d))*\.ts$/;
    const catchAll = /^(?:utils?|helpers?|misc|types|common|shared|stuff|lib)$/;
    report(
      sources.flatMap(({ path }) => {
        const parts = path.split('/');
        const file = parts.at(-1) ?? '';
        if (!name.test(file)) return [`${path}: not kebab-case`];
        if (catchAll.test(file.replace(/\..*$/, ''))) return [`${path}: a catch-all name`];
        const directory = parts.slice(0, -1).find((part) => part !== 'types' && catchAll.test(part));
        return directory === undefined ? [] : [`${path}: a catch-all directory`];
      }),
    );
  });

  it('begin with a comment that says what they are', () => {
    report(
      production
        .filter(({ text }) => !/^(?:#!.*\n)?\s*(?:\/\*|\/\/)/.test(text))
        .map(({ path }) => `${path}: no header`),
    );
  });

  it(`stop at ${LINES_MAX} lines, tables in *.data.ts aside`, () => {
    report(
      sources.flatMap(({ path, text }) => {
        const lines = text.split('\n').length - 1;
        return path.endsWith('.data.ts') || lines <= LINES_MAX ? [] : [`${path}: ${lines} lines`];
      }),
    );
  });

  it('name no machine and no registry', () => {
    const documents = [...filesUnder('docs', ['.md']), ...filesUnder('.ci', [''])];
    const manifests = [
      'package.json',
      'package-lock.json',
      'README.md',
      'CONTRIBUTING.md',
      'ARCHITECTURE.md',
      'COMPAT.md',
    ];
    const roots = readdirSync(ROOT).filter((name) => manifests.includes(name));
    const others = roots.map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
    const places = ['work', 'root', 'home'].join('|');
    const machine = new RegExp(`(?<![\\w.~-])/(?:${places})/\\w|registry[.]\\w+[.]\\w+/|"${'resolved'}":`);
    report(
      [...sources, ...documents, ...others].flatMap(({ path, text }) =>
        text
          .split('\n')
          .flatMap((line, index) => (machine.test(line) ? [`${path}:${index + 1} ${line.trim().slice(0, 80)}`] : [])),
      ),
    );
  });

  it('lock every package that npm ci will ask for (script/complete-lockfile.mjs)', () => {
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const places = new Set(Object.keys(lock.packages));
    report(
      Object.entries(lock.packages).flatMap(([parent, { optionalDependencies = {} }]) =>
        Object.keys(optionalDependencies)
          .filter((name) => !places.has(`node_modules/${name}`) && !places.has(`${parent}/node_modules/${name}`))
          .map((name) => `${name}, optional for ${parent}, is not locked`),
      ),
    );
  });
});
