/**
 * The tables of a tree: the manifest, the open Table objects, and the version that reads use now.
 *
 * Invariant: `version` shows exactly the manifest's tables plus the ingested ones whose log record is not flushed yet.
 * Interleaving: `version` changes synchronously, in `#adopt` and `ingest` only; a read takes it once.
 */
import { compareBytes, toHex } from '../base/index.ts';
import { levelForIngest } from './compaction-picker.ts';
import type { LogPosition, LsmOptions } from './lsm-options.ts';
import { type Manifest, manifestTables } from './manifest.ts';
import { isPassing, ManifestStore } from './manifest-store.ts';
import { Table, type TableContext } from './table.ts';
import type { BuiltTable } from './table-builder.ts';
import type { TableMeta } from './table-format.ts';
import type { Timestamp } from './timestamp.ts';
import { Version } from './version.ts';

export interface PendingIngest {
  readonly position: LogPosition;
  readonly tables: readonly TableMeta[];
}

const UPLOAD_ATTEMPTS_MAX = 8;
const UPLOAD_RETRY_MS_FIRST = 10;

export class TableSet {
  readonly manifests: ManifestStore;
  readonly context: TableContext;
  readonly #options: LsmOptions;
  readonly #tables = new Map<string, Table>();
  #pending: PendingIngest[] = [];
  #version: Version;
  /** Tables being written by this process: garbage collection leaves them alone. */
  readonly building = new Set<string>();
  onVersion: (() => void) | undefined;

  constructor(options: LsmOptions) {
    this.#options = options;
    this.context = { store: options.store, budget: options.budget, folder: `${options.prefix}/tables` };
    this.manifests = new ManifestStore(options.store, `${options.prefix}/manifest`, options.env);
    this.manifests.onChange = (manifest) => this.#adopt(manifest);
    this.#version = new Version([]);
  }

  get version(): Version {
    return this.#version;
  }

  get pending(): readonly PendingIngest[] {
    return this.#pending;
  }

  get manifest(): Manifest {
    return this.manifests.current;
  }

  table(meta: TableMeta): Table {
    let table = this.#tables.get(meta.id);
    if (table === undefined) {
      table = new Table(this.context, meta);
      table.onUnused = (unused) => this.#tables.delete(unused.meta.id);
      this.#tables.set(meta.id, table);
    }
    return table;
  }

  isRead(id: string): boolean {
    return this.#tables.has(id);
  }

  /** Shows tables that a committed log record names; the next flush writes them into the manifest. */
  ingest(position: LogPosition, timestamp: Timestamp, tables: readonly TableMeta[]): void {
    const known = new Set([...manifestTables(this.manifest)].map((table) => table.id));
    const stamped = tables
      .filter((table) => !known.has(table.id))
      .map((table) => ({ ...table, timestamp, minTimestamp: timestamp, maxTimestamp: timestamp }));
    if (stamped.length === 0) return;
    this.#pending.push({ position, tables: stamped });
    for (const table of stamped) this.building.delete(table.id);
    this.#adopt(this.manifest);
  }

  /** The manifest's runs with the ingested tables up to `position` put in. */
  withIngested(manifest: Manifest, position: LogPosition): Pick<Manifest, 'recent' | 'levels'> {
    let runs: Pick<Manifest, 'recent' | 'levels'> = manifest;
    for (const ingest of this.#pending) {
      if (ingest.position > position || ingest.position <= manifest.flushedPosition) continue;
      runs = placeIngested({ ...manifest, ...runs }, ingest.tables);
    }
    return runs;
  }

  #adopt(manifest: Manifest): void {
    this.#pending = this.#pending.filter((ingest) => ingest.position > manifest.flushedPosition);
    const runs = this.withIngested(manifest, Number.MAX_SAFE_INTEGER);
    const open = (run: readonly TableMeta[]): Table[] => run.map((meta) => this.table(meta));
    const before = this.#version;
    this.#version = new Version([...runs.recent, ...runs.levels].map(open), manifest.history.map(open));
    before.release();
    this.onVersion?.();
  }

  newTableId(): string {
    const time = this.#options.env.clock.nowMs().toString(36).padStart(9, '0');
    return `${time}-${toHex(this.#options.env.random.bytes(6))}`;
  }

  /** Stores a finished table under a new name. It belongs to nobody until a manifest or a log record names it. */
  async upload(built: BuiltTable): Promise<TableMeta> {
    const id = this.newTableId();
    this.building.add(id);
    let delayMs = UPLOAD_RETRY_MS_FIRST;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.context.store.put(`${this.context.folder}/${id}`, built.bytes);
        return { id, ...built.meta };
      } catch (error) {
        if (attempt < UPLOAD_ATTEMPTS_MAX && isPassing(error)) {
          await this.#options.env.timers.sleep(delayMs);
          delayMs *= 2;
          continue;
        }
        this.building.delete(id);
        throw error;
      }
    }
  }

  /** Gives up tables that no manifest will name. Failing to delete them leaves orphans for garbage collection. */
  async discard(tables: readonly TableMeta[]): Promise<void> {
    for (const table of tables) this.building.delete(table.id);
    if (tables.length === 0) return;
    await this.context.store.delete(tables.map((table) => `${this.context.folder}/${table.id}`)).catch(() => undefined);
  }

  settle(tables: readonly TableMeta[]): void {
    for (const table of tables) this.building.delete(table.id);
  }

  close(): void {
    this.manifests.onChange = undefined;
    this.#version.release();
    this.#version = new Version([]);
  }
}

function placeIngested(manifest: Manifest, tables: readonly TableMeta[]): Pick<Manifest, 'recent' | 'levels'> {
  const level = levelForIngest(manifest, tables);
  if (level < 0) return { recent: [tables, ...manifest.recent], levels: manifest.levels };
  const levels = manifest.levels.map((run, i) =>
    i === level ? [...run, ...tables].sort((a, b) => compareBytes(a.minKey, b.minKey)) : run,
  );
  return { recent: manifest.recent, levels };
}
