/**
 * Just enough reading of TypeScript to check house rules: which modules a file imports, and its code without comments and
 * strings. A regular expression is told from a division by what stands before it, which holds for formatted code.
 */
export interface ImportedModule {
  readonly specifier: string;
  /** Erased by the compiler: `import type`, `export type`, or a type expression. */
  readonly isTypeOnly: boolean;
  readonly line: number;
}

/** Same length and lines, with comments, and string contents where asked, replaced by blanks. */
export function blankOut(text: string, what: 'comments' | 'comments and strings'): string {
  const out = text.split('');
  const blank = (from: number, to: number): void => {
    for (let i = from; i < to; i++) if (out[i] !== '\n') out[i] = ' ';
  };
  let lastCode = '';
  for (let i = 0; i < text.length; ) {
    const end = tokenEnd(text, i, lastCode);
    const char = text[i] as string;
    if (end.kind === 'comment') blank(i, end.at);
    else if (end.kind === 'string' && what === 'comments and strings') blank(i + 1, end.at - 1);
    if (end.kind !== 'comment' && char.trim() !== '') lastCode = lastWord(text, i, end.at);
    i = end.at;
  }
  return out.join('');
}

function lastWord(text: string, from: number, to: number): string {
  if (!/\w/.test(text[to - 1] as string)) return text[to - 1] as string;
  let start = from;
  while (start > 0 && /\w/.test(text[start - 1] as string)) start--;
  return text.slice(start, to);
}

interface TokenEnd {
  readonly kind: 'comment' | 'string' | 'code';
  readonly at: number;
}

function tokenEnd(text: string, at: number, lastCode: string): TokenEnd {
  const char = text[at] as string;
  if (text.startsWith('//', at)) return { kind: 'comment', at: endOr(text.indexOf('\n', at), text) };
  if (text.startsWith('/*', at)) return { kind: 'comment', at: endOr(text.indexOf('*/', at + 2), text, 2) };
  if (char === "'" || char === '"') return { kind: 'string', at: quotedEnd(text, at, char) };
  if (char === '`') return { kind: 'string', at: templateEnd(text, at) };
  const mayBeRegex = lastCode === '' || /^(?:[(,=:[!&|?{};+\-*~^<>]|return|case|typeof|of|in)$/.test(lastCode);
  if (char === '/' && mayBeRegex) return { kind: 'string', at: regexEnd(text, at) };
  return { kind: 'code', at: at + 1 };
}

function endOr(index: number, text: string, extra = 0): number {
  return index < 0 ? text.length : index + extra;
}

function quotedEnd(text: string, at: number, quote: string): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote || text[i] === '\n') return i + 1;
  }
  return text.length;
}

/** Template literals are taken whole, with the code inside their placeholders. */
function templateEnd(text: string, at: number): number {
  let depth = 0;
  for (let i = at + 1; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') i++;
    else if (depth === 0 && char === '`') return i + 1;
    else if (char === '$' && text[i + 1] === '{') {
      depth++;
      i++;
    } else if (depth > 0 && char === '{') depth++;
    else if (depth > 0 && char === '}') depth--;
    else if (depth > 0 && char === '`') i = templateEnd(text, i) - 1;
    else if (depth > 0 && (char === "'" || char === '"')) i = quotedEnd(text, i, char) - 1;
  }
  return text.length;
}

function regexEnd(text: string, at: number): number {
  let inClass = false;
  for (let i = at + 1; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') i++;
    else if (char === '\n') return at + 1;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) return i + 1;
  }
  return text.length;
}

const STATEMENT = /^[ \t]*(import|export)\b(\s+type\b(?!\s*,|\s+from))?([^'";`]*?)\bfrom\s*['"]([^'"]+)['"]/gm;
const BARE = /^[ \t]*import\s*['"]([^'"]+)['"]/gm;
const CALL = /\bimport\(\s*['"]([^'"]+)['"]\s*\)(\.)?/g;

export function importsOf(text: string): ImportedModule[] {
  const code = blankOut(text, 'comments');
  const found: ImportedModule[] = [];
  const lineAt = (index: number): number => code.slice(0, index).split('\n').length;
  for (const match of code.matchAll(STATEMENT)) {
    const [whole, , type, , specifier = ''] = match;
    const line = lineAt((match.index ?? 0) + whole.length);
    found.push({ specifier, isTypeOnly: type !== undefined, line });
  }
  for (const match of code.matchAll(BARE)) {
    found.push({ specifier: match[1] ?? '', isTypeOnly: false, line: lineAt(match.index ?? 0) });
  }
  for (const match of code.matchAll(CALL)) {
    // `import('x').Name` is a type; `await import('x')` is loaded later and closes no cycle at start.
    found.push({ specifier: match[1] ?? '', isTypeOnly: true, line: lineAt(match.index ?? 0) });
  }
  return found;
}
