/** Options of a subcommand: parsed by node:util, with suggestions for mistyped ones. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './errors.ts';
import { nearest } from './nearest.ts';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** Shown in help; the value's placeholder comes first, as in '<host:port>  address to listen on'. */
  readonly help: string;
}

export interface Parsed {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

export function parseOptions(args: readonly string[], specs: Readonly<Record<string, OptionSpec>>): Parsed {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  const taken = Object.values(specs).some(({ short }) => short === 'h');
  options['help'] = taken ? { type: 'boolean' } : { type: 'boolean', short: 'h' };
  for (const [name, { type, short }] of Object.entries(specs))
    options[name] = short === undefined ? { type } : { type, short };
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { values: values as Parsed['values'], positionals };
  } catch (error) {
    throw new UsageError(explain(error as Error & { code?: string }, Object.keys(options)));
  }
}

function explain(error: Error & { code?: string }, known: readonly string[]): string {
  const unknown = /Unknown option '(-{1,2}[^'\s]+)/.exec(error.message)?.[1];
  if (unknown === undefined) return error.message.split('\n')[0] ?? error.message;
  const guess = nearest(unknown.replace(/^-+/, ''), known);
  return `there is no option ${unknown}${guess === undefined ? '' : `; did you mean --${guess}?`}`;
}

export function optionsHelp(specs: Readonly<Record<string, OptionSpec>>): string {
  const rows = Object.entries(specs).map(([name, { short, help }]): [string, string] => {
    const [placeholder, ...words] = help.startsWith('<') ? help.split('  ') : ['', help];
    return [
      `${short === undefined ? '   ' : `-${short},`} --${name}${placeholder === '' ? '' : ` ${placeholder}`}`,
      words.join('  '),
    ];
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`).join('\n');
}

export function textOption(parsed: Parsed, name: string): string | undefined {
  const value = parsed.values[name];
  return typeof value === 'string' ? value : undefined;
}

/** 'host:port', 'port', '[::1]:port'. */
export function parseAddress(text: string): { host: string; port: number } {
  const match = /^(?:(\[[0-9a-fA-F:.]+\]|[^:\s]*):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2] ?? Number.NaN);
  if (match === null || !(port <= 65_535))
    throw new UsageError(`'${text}' is not an address; write host:port, as in 127.0.0.1:4000`);
  const host = match[1]?.replace(/^\[|\]$/g, '') ?? '';
  return { host: host === '' ? '127.0.0.1' : host, port };
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
};

/** '1GiB', '512M', '1073741824'. */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]i?)?b?$/i.exec(text.trim());
  const unit = UNITS[match?.[2]?.toLowerCase() ?? ''];
  if (match === null || unit === undefined)
    throw new UsageError(`'${text}' is not a size; write it as in 512MiB or 1GiB`);
  return Math.floor(Number(match[1]) * unit);
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
