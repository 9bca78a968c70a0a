/**
 * The part of each suite that runs in CI: every n-th file (or group of assertions) by name, so that all areas are in it. `floors.json` holds how many statements
 * of it pass; fewer is a regression. `REWRITE=1 npx vitest run test/compat` raises the floors, never lowers them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FLOORS = join(import.meta.dirname, 'floors.json');

/** Stable under additions: a file is in the sample by its name alone. */
export function inSample(file: string, oneOf: number): boolean {
  let hash = 2166136261;
  for (let place = 0; place < file.length; place++) hash = Math.imul(hash ^ file.charCodeAt(place), 16777619) >>> 0;
  return hash % oneOf === 0;
}

function readFloors(): Record<string, number> {
  return JSON.parse(readFileSync(FLOORS, 'utf8')) as Record<string, number>;
}

export function floorOf(suite: string): number {
  return readFloors()[suite] ?? 0;
}

export function raiseFloor(suite: string, passed: number): void {
  const floors = readFloors();
  floors[suite] = Math.max(floors[suite] ?? 0, passed);
  writeFileSync(FLOORS, `${JSON.stringify(floors, undefined, 2)}\n`);
}
