/**
 * Resource groups: named budgets of request units. Statements are accounted to the session's group; a group without
 * BURSTABLE whose bucket is empty makes its sessions wait (SessionThrottle in session.ts asks `waitMs`).
 */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { Documents } from '../documents.ts';

export interface ResourceGroup {
  readonly name: string;
  /** Request units per second. */
  readonly ruPerSec: number;
  readonly priority: 'LOW' | 'MEDIUM' | 'HIGH';
  readonly burstable: boolean;
  readonly queryLimit: string | undefined;
  readonly background: string | undefined;
}

const DOCUMENT = 'resource-groups';
const UNLIMITED = 2_147_483_647;
export const DEFAULT_GROUP = 'default';
const GROUPS_MAX = 1000;
/** A session waits no longer than this for its group's tokens. */
const WAIT_MS_MAX = 1000;

interface Bucket {
  tokens: number;
  filledAtMs: number;
  used: number;
}

export class ResourceGroups {
  readonly #documents: () => Documents;
  readonly #nowMs: () => number;
  readonly #groups = new Map<string, ResourceGroup>();
  readonly #buckets = new Map<string, Bucket>();

  constructor(documents: () => Documents, nowMs: () => number) {
    this.#documents = documents;
    this.#nowMs = nowMs;
    this.#groups.set(DEFAULT_GROUP, {
      name: DEFAULT_GROUP,
      ruPerSec: UNLIMITED,
      priority: 'MEDIUM',
      burstable: true,
      queryLimit: undefined,
      background: undefined,
    });
    for (const group of (documents().get(DOCUMENT) as ResourceGroup[] | undefined) ?? [])
      this.#groups.set(group.name, group);
  }

  list(): readonly ResourceGroup[] {
    return [...this.#groups.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): ResourceGroup | undefined {
    return this.#groups.get(name.toLowerCase());
  }

  get(name: string): ResourceGroup {
    const group = this.find(name);
    if (group === undefined) throw sqlError('ER_RESOURCE_GROUP_NOT_EXISTS_TIDB', name);
    return group;
  }

  async change(statement: ast.ResourceGroup, note: (errno: number, message: string) => void): Promise<void> {
    const name = statement.name.toLowerCase();
    const existing = this.#groups.get(name);
    if (statement.action === 'create') {
      if (existing !== undefined) {
        if (!statement.ifExists) throw sqlError('ER_RESOURCE_GROUP_EXISTS_TIDB', name);
        return note(8248, `Resource group '${name}' already exists`);
      }
      if (this.#groups.size >= GROUPS_MAX) throw sqlError('ER_OUT_OF_RESOURCES');
    } else if (existing === undefined) {
      if (!statement.ifExists) throw sqlError('ER_RESOURCE_GROUP_NOT_EXISTS_TIDB', name);
      return note(8249, `Unknown resource group '${name}'`);
    }
    if (statement.action === 'drop') {
      if (name === DEFAULT_GROUP) throw sqlError('ER_NOT_SUPPORTED_YET', "drop resource group 'default'");
      this.#groups.delete(name);
      this.#buckets.delete(name);
    } else this.#groups.set(name, withOptions(existing, name, statement));
    await this.#documents().put(DOCUMENT, this.list());
  }

  /** How long the next statement of a group has to wait for its tokens. */
  waitMs(name: string): number {
    const group = this.#groups.get(name);
    if (group === undefined || group.burstable || group.ruPerSec >= UNLIMITED) return 0;
    const bucket = this.#fill(group);
    return bucket.tokens >= 0 ? 0 : Math.min(WAIT_MS_MAX, (-bucket.tokens / group.ruPerSec) * 1000);
  }

  charge(name: string, units: number): void {
    const group = this.#groups.get(name);
    if (group === undefined) return;
    const bucket = this.#fill(group);
    bucket.tokens -= units;
    bucket.used += units;
  }

  used(name: string): number {
    return this.#buckets.get(name)?.used ?? 0;
  }

  #fill(group: ResourceGroup): Bucket {
    const nowMs = this.#nowMs();
    let bucket = this.#buckets.get(group.name);
    if (bucket === undefined) {
      bucket = { tokens: group.ruPerSec, filledAtMs: nowMs, used: 0 };
      this.#buckets.set(group.name, bucket);
    }
    const filled = bucket.tokens + (Math.max(0, nowMs - bucket.filledAtMs) / 1000) * group.ruPerSec;
    bucket.tokens = Math.min(group.ruPerSec, filled);
    bucket.filledAtMs = nowMs;
    return bucket;
  }
}

function withOptions(existing: ResourceGroup | undefined, name: string, { options }: ast.ResourceGroup): ResourceGroup {
  const written = new Map(options.map(({ name: option, value }) => [option, value]));
  if (written.size < options.length) throw sqlError('ER_PARSE_ERROR', 'Dupliated options specified', name, 1);
  const units = written.get('ru_per_sec');
  const ruPerSec = units === undefined ? (existing?.ruPerSec ?? 0) : units === 'unlimited' ? UNLIMITED : Number(units);
  if (!(ruPerSec > 0)) throw sqlError('ER_WRONG_VALUE', 'RU_PER_SEC', String(units ?? 0));
  const burstable = written.get('burstable');
  return {
    name,
    ruPerSec,
    priority: (written.get('priority') ?? existing?.priority ?? 'MEDIUM') as ResourceGroup['priority'],
    burstable: burstable === undefined ? (existing?.burstable ?? false) : burstable !== false && burstable !== 'off',
    queryLimit: text(written, 'query_limit', existing?.queryLimit),
    background: text(written, 'background', existing?.background),
  };
}

function text(
  written: ReadonlyMap<string, ast.NamedOption['value']>,
  name: string,
  otherwise: string | undefined,
): string | undefined {
  if (!written.has(name)) return otherwise;
  const value = written.get(name);
  return value === undefined || value === '' ? undefined : String(value);
}

/** As SHOW CREATE RESOURCE GROUP prints it. */
export function groupText(group: ResourceGroup): string {
  const units = group.ruPerSec >= UNLIMITED ? 'UNLIMITED' : String(group.ruPerSec);
  const parts = [`RU_PER_SEC=${units}`, `PRIORITY=${group.priority}`];
  if (group.burstable) parts.push('BURSTABLE');
  if (group.queryLimit !== undefined) parts.push(`QUERY_LIMIT=(${group.queryLimit})`);
  if (group.background !== undefined) parts.push(`BACKGROUND=(${group.background})`);
  return `CREATE RESOURCE GROUP \`${group.name}\` ${parts.join(', ')}`;
}

export function unitsText(group: ResourceGroup): string {
  return group.ruPerSec >= UNLIMITED ? 'UNLIMITED' : String(group.ruPerSec);
}
