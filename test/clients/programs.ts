/** Client programs that the tests drive, and what to do where one is not installed. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const PROGRAMS = {
  mariadb: '/usr/bin/mariadb',
  mariadbDump: '/usr/bin/mariadb-dump',
  python: '/usr/bin/python3',
  php: '/usr/bin/php',
} as const;

/** Reason to skip a suite, or undefined to run it. With CI=true everything runs, and fails when it cannot. */
export function missingProgram(name: keyof typeof PROGRAMS): string | undefined {
  if (existsSync(PROGRAMS[name]) || process.env['CI'] === 'true') return undefined;
  return `${PROGRAMS[name]} is not installed`;
}

export async function runProgram(path: string, args: readonly string[], input?: string | Buffer): Promise<string> {
  return (await runProgramForBytes(path, args, input)).toString('utf8');
}

/** Dumps hold bytes that are not UTF-8. */
export async function runProgramForBytes(
  path: string,
  args: readonly string[],
  input?: string | Buffer,
): Promise<Buffer> {
  const child = run(path, [...args], { maxBuffer: 256 * 1024 * 1024, encoding: 'buffer' });
  if (input !== undefined) child.child.stdin?.end(input);
  try {
    return (await child).stdout;
  } catch (error) {
    const { stdout, stderr, message } = error as { stdout?: Buffer; stderr?: Buffer; message: string };
    throw new Error(`${message}\n${stdout?.toString() ?? ''}\n${stderr?.toString() ?? ''}`, { cause: error });
  }
}
