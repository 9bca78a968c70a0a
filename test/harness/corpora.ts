/**
 * Test material that nobody here wrote, from ../shared beside the repository (see CONTRIBUTING.md).
 *
 * It is used in place and never copied into the repository. Without it the tests that need it skip with a message;
 * under CI its absence is a failure.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './processes.ts';

export const SHARED = process.env['EBB_SHARED'] ?? join(import.meta.dirname, '../../../shared');
const CORPORA = join(SHARED, 'corpora');

/** Undefined when the corpora are not there and this is not CI. */
export function findCorpus(name: string): string | undefined {
  const path = join(CORPORA, name);
  if (existsSync(path)) return path;
  if (process.env['CI'] === 'true') throw new Error(`${path} is missing: under CI the corpora must be there`);
  return undefined;
}

export function skipReason(name: string): string {
  return `needs ../shared/corpora/${name}, which is not beside this repository`;
}

/** Unpacks a .tar.xz into a fresh folder and returns its path; the caller removes it. */
export function unpack(path: string): string {
  const folder = temporaryFolder('corpus');
  execFileSync('tar', ['xJf', path, '-C', folder]);
  return folder;
}

/** Lines of a .jsonl.xz, parsed. */
export function readJsonLines<T>(path: string): T[] {
  const text = execFileSync('xz', ['-dc', path], { maxBuffer: 1 << 30 }).toString('utf8');
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as T]));
}
