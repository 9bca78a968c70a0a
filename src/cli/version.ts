/** `ebb version`. */
import { readFileSync } from 'node:fs';

export function packageVersion(): string {
  // Two levels up from src/cli and from dist/cli alike.
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

export async function run(_args: readonly string[]): Promise<number> {
  process.stdout.write(
    `ebb ${packageVersion()} (node ${process.versions.node}, ${process.platform} ${process.arch})\n`,
  );
  return 0;
}
