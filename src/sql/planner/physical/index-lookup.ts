/** Ways to read the inner side of a join by index, one per index whose leading parts the join's keys cover. */
import type { IndexDef } from '../../catalog/index.ts';
import type { Expr } from '../../expr/index.ts';
import type { IndexScanNode } from '../../plan/index.ts';
import type { LogicalNode, ScanNode } from '../logical/logical-plan.ts';
import { isCovering } from './access-path.ts';
import { type AccessContext, outputOf, positionLookup, sourceFields, usableIndexes } from './scan-source.ts';
import { COST } from './cost.ts';
import type { Estimator } from './estimator.ts';
import { type IndexPart, partsOf } from './index-access.ts';
import type { JoinKeyPair } from './join-keys.ts';
import { keyUse } from './key-use.ts';
import { UNNUMBERED } from './physical-plan.ts';

export interface InnerLookup {
  readonly inner: IndexScanNode;
  /** In the order of the index's parts. */
  readonly keys: readonly JoinKeyPair[];
  /** Conditions that the lookup answers without a second check. */
  readonly exact: ReadonlySet<Expr>;
  readonly rowsPerKey: number;
  readonly rowCost: number;
  distinctOuter(estimator: Estimator, outerRows: number): number;
}

/** A scan, or conditions over a scan: what an index join can have inside. */
export function innerScanOf(
  node: LogicalNode,
): { readonly scan: ScanNode; readonly conditions: readonly Expr[] } | undefined {
  if (node.kind === 'scan') return node.virtual ? undefined : { scan: node, conditions: [] };
  if (node.kind === 'filter' && node.child.kind === 'scan' && !node.child.virtual)
    return { scan: node.child, conditions: node.conditions };
  return undefined;
}

export function innerLookups(node: LogicalNode, keys: readonly JoinKeyPair[], context: AccessContext): InnerLookup[] {
  const source = innerScanOf(node);
  if (source === undefined || keys.length === 0) return [];
  const columnOf = positionLookup(source.scan);
  const lookups: InnerLookup[] = [];
  for (const index of usableIndexes(source.scan)) {
    if (index.parts.length === 0) continue;
    const parts = partsOf(source.scan.table, index, columnOf);
    const matched = matchKeys(parts, keys);
    if (matched.length > 0) lookups.push(lookupBy(source.scan, source.conditions, index, parts, matched, context));
  }
  return lookups;
}

function matchKeys(parts: readonly IndexPart[], keys: readonly JoinKeyPair[]): JoinKeyPair[] {
  const matched: JoinKeyPair[] = [];
  for (const part of parts) {
    if (part.column === undefined || part.isPrefix) break;
    const key = keys.find(
      (candidate) =>
        candidate.right.kind === 'column' &&
        candidate.right.id === part.column &&
        keyUse(candidate.right.type, candidate.left, 'equal') !== undefined,
    );
    if (key === undefined) break;
    matched.push(key);
  }
  return matched;
}

function lookupBy(
  scan: ScanNode,
  conditions: readonly Expr[],
  index: IndexDef,
  parts: readonly IndexPart[],
  keys: readonly JoinKeyPair[],
  context: AccessContext,
): InnerLookup {
  const { estimator } = context;
  const total = estimator.tableRows(scan.table, false);
  const unique = index.unique && keys.length >= index.parts.length;
  const rowsPerKey = unique ? 1 : Math.max(1, total / distinctPrefix(scan, index, keys, total, estimator));
  const clustered = index === scan.table.indexes[0];
  const covering = isCovering(scan, index, parts);
  const rowCost =
    (clustered ? COST.scanRow : covering ? COST.entryRow : COST.entryRow + COST.lookupRow) +
    conditions.length * COST.condition;
  const inner: IndexScanNode = {
    kind: 'index-scan',
    id: UNNUMBERED,
    output: outputOf(scan),
    estimatedRows: rowsPerKey,
    estimatedCost: rowsPerKey * rowCost,
    ...sourceFields(scan),
    index,
    access: { alternatives: [] },
    reverse: false,
    keepOrder: false,
    covering,
    ...(conditions.length > 0 && { filter: context.calls.and(conditions) }),
  };
  const exact = new Set(
    keys.filter((key) => keyUse(key.right.type, key.left, 'equal') === 'exact').map((key) => key.source),
  );
  return {
    inner,
    keys,
    exact,
    rowsPerKey,
    rowCost,
    distinctOuter: (outer, rows) =>
      keys.reduce((product, key) => Math.min(rows, product * outer.distinct(key.left, rows)), 1),
  };
}

function distinctPrefix(
  scan: ScanNode,
  index: IndexDef,
  keys: readonly JoinKeyPair[],
  total: number,
  estimator: Estimator,
): number {
  const known = estimator.statsOf(scan.table)?.indexes.find((candidate) => candidate.indexId === index.id)?.distinct[
    keys.length - 1
  ];
  if (known !== undefined) return Math.max(1, known);
  let product = 1;
  for (const key of keys) product *= estimator.distinct(key.right, total);
  return Math.min(total, product);
}
