/** Changes of JSON documents along a path: each returns a new document that shares what did not change. */
import { JsonValue, type JsonPath, type PathLeg, resolveIndex } from '../types/index.ts';

/** What happens at the end of a path: `undefined` removes, the same value leaves as it is. */
export type Change = (old: JsonValue | undefined) => JsonValue | undefined;

function replaceMember(object: JsonValue, key: string, value: JsonValue | undefined): JsonValue {
  const members = new Map(object.members);
  if (value === undefined) members.delete(key);
  else if (members.has(key)) return new JsonValue('object', members.set(key, value));
  else return JsonValue.object([...members, [key, value]]);
  return new JsonValue('object', members);
}

/** Where a path ends that does not exist yet: SET and INSERT may add there. */
export interface EditOptions {
  /** Adds a missing member or cell (its parent must exist). */
  readonly create: boolean;
}

export function editPath(
  document: JsonValue,
  path: JsonPath,
  change: Change,
  options: EditOptions,
): JsonValue | undefined {
  return edit(document, path.legs, 0, change, options);
}

function edit(
  value: JsonValue,
  legs: readonly PathLeg[],
  at: number,
  change: Change,
  options: EditOptions,
): JsonValue | undefined {
  const leg = legs[at];
  if (leg === undefined) return change(value);
  const isLast = at === legs.length - 1;
  if (leg.kind === 'member') {
    if (value.kind !== 'object') return value;
    const old = value.members.get(leg.key);
    if (old === undefined) {
      const made = isLast && options.create ? change(undefined) : undefined;
      return made === undefined ? value : replaceMember(value, leg.key, made);
    }
    const next = edit(old, legs, at + 1, change, options);
    return next === old ? value : replaceMember(value, leg.key, next);
  }
  if (leg.kind !== 'cell') return value;
  const items = value.kind === 'array' ? value.items : [value];
  const index = resolveIndex(leg.index, items.length);
  if (index >= 0 && index < items.length) {
    const old = items[index]!;
    const next = edit(old, legs, at + 1, change, options);
    if (next === old) return value;
    if (value.kind !== 'array') return next === undefined ? value : next;
    return JsonValue.array(
      next === undefined ? items.filter((_, i) => i !== index) : items.map((item, i) => (i === index ? next : item)),
    );
  }
  const made = isLast && options.create ? change(undefined) : undefined;
  if (made === undefined) return value;
  return JsonValue.array(index < 0 ? [made, ...items] : [...items, made]);
}

/** JSON_MERGE_PRESERVE of two values. */
export function mergePreserve(a: JsonValue, b: JsonValue): JsonValue {
  if (a.kind === 'object' && b.kind === 'object') {
    const members = new Map(a.members);
    for (const [key, value] of b.members) {
      const old = members.get(key);
      members.set(key, old === undefined ? value : mergePreserve(old, value));
    }
    return JsonValue.object(members);
  }
  const left = a.kind === 'array' ? a.items : [a];
  const right = b.kind === 'array' ? b.items : [b];
  return JsonValue.array([...left, ...right]);
}

/** JSON_MERGE_PATCH (RFC 7396). */
export function mergePatch(target: JsonValue, patch: JsonValue): JsonValue {
  if (patch.kind !== 'object') return patch;
  const members = new Map(target.kind === 'object' ? target.members : []);
  for (const [key, value] of patch.members) {
    if (value.kind === 'null') members.delete(key);
    else members.set(key, mergePatch(members.get(key) ?? JsonValue.object([]), value));
  }
  return JsonValue.object(members);
}
