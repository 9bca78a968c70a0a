/**
 * Compiles a plan: one closure-holding node per plan node, made once and shared by all executions (plan cache).
 *
 * Compiled forms are remembered per plan object, so callers may pass the plan itself each time.
 */
import { unreachable } from '../../base/index.ts';
import type { PhysicalNode, QueryPlan, StatementPlan } from '../plan/index.ts';
import { compileApply } from './apply.ts';
import type { CompileScope } from './compile-scope.ts';
import { type CompiledCte, compileCte, compileCteScan, compileWorkTableScan } from './cte.ts';
import { compileDual, compileValues } from './dual.ts';
import { compileAggregate } from './hash-aggregate.ts';
import { compileHashJoin } from './hash-join.ts';
import { compileJsonTable } from './json-table.ts';
import { compileIndexJoin } from './index-join.ts';
import { compileIndexMerge } from './index-merge.ts';
import { compileIndexScan } from './index-scan.ts';
import { compileLimit } from './limit.ts';
import { compileLockRows } from './lock-rows.ts';
import { compileMaxOneRow } from './max-one-row.ts';
import { compileMergeJoin } from './merge-join.ts';
import { compileNestedLoopJoin } from './nested-loop-join.ts';
import type { CompiledNode } from './operator.ts';
import { compilePointGet } from './point-get.ts';
import { compileProjection } from './projection.ts';
import { compileSelection } from './selection.ts';
import { compileDistinct, compileSetOperation } from './set-operation.ts';
import { compileSort } from './sort.ts';
import { withStats } from './stats-operator.ts';
import { compileTopN } from './top-n.ts';
import { compileVirtualScan } from './virtual-scan.ts';
import { compileWindow } from './window.ts';
import { compileDelete } from './write/delete.ts';
import { compileInsert } from './write/insert.ts';
import { compileLoad } from './write/load.ts';
import type { CompiledWriter } from './write/compiled-writer.ts';
import { compileUpdate } from './write/update.ts';

export interface CompiledInitPlan {
  readonly node: CompiledNode;
  readonly kind: 'scalar' | 'exists';
  readonly slots: readonly number[];
}

interface CompiledBase {
  readonly initPlans: readonly CompiledInitPlan[];
  readonly ctes: readonly CompiledCte[];
}
export interface CompiledQuery extends CompiledBase {
  readonly kind: 'query';
  readonly plan: QueryPlan;
  readonly root: CompiledNode;
}
export interface CompiledWrite extends CompiledBase {
  readonly kind: 'write';
  readonly plan: Exclude<StatementPlan, QueryPlan>;
  readonly writer: CompiledWriter;
}
export type CompiledPlan = CompiledQuery | CompiledWrite;

const prepared = new WeakMap<StatementPlan, CompiledPlan>();

export function prepareExecution(plan: QueryPlan): CompiledQuery;
export function prepareExecution(plan: Exclude<StatementPlan, QueryPlan>): CompiledWrite;
export function prepareExecution(plan: StatementPlan): CompiledPlan;
export function prepareExecution(plan: StatementPlan): CompiledPlan {
  let compiled = prepared.get(plan);
  if (compiled === undefined) {
    compiled = compilePlan(plan);
    prepared.set(plan, compiled);
  }
  return compiled;
}

function compilePlan(plan: StatementPlan): CompiledPlan {
  const scope: CompileScope = { compile: (node) => withStats(node.id, compileNode(node, scope)) };
  const base: CompiledBase = {
    initPlans: plan.initPlans.map((init) => ({ node: scope.compile(init.plan), kind: init.kind, slots: init.slots })),
    ctes: plan.ctes.map((cte) => compileCte(cte, scope)),
  };
  switch (plan.kind) {
    case 'query':
      return { ...base, kind: 'query', plan, root: scope.compile(plan.root) };
    case 'insert':
      return { ...base, kind: 'write', plan, writer: compileInsert(plan, scope) };
    case 'update':
      return { ...base, kind: 'write', plan, writer: compileUpdate(plan, scope) };
    case 'delete':
      return { ...base, kind: 'write', plan, writer: compileDelete(plan, scope) };
    case 'load':
      return { ...base, kind: 'write', plan, writer: compileLoad(plan) };
    default:
      return unreachable(plan, 'statement plan');
  }
}

function compileNode(node: PhysicalNode, scope: CompileScope): CompiledNode {
  switch (node.kind) {
    case 'index-scan':
      return compileIndexScan(node);
    case 'point-get':
      return compilePointGet(node);
    case 'index-merge':
      return compileIndexMerge(node);
    case 'virtual-scan':
      return compileVirtualScan(node);
    case 'dual':
      return compileDual(node);
    case 'values':
      return compileValues(node);
    case 'json-table':
      return compileJsonTable(node);
    case 'selection':
      return compileSelection(node, scope);
    case 'projection':
      return compileProjection(node, scope);
    case 'hash-join':
      return compileHashJoin(node, scope);
    case 'merge-join':
      return compileMergeJoin(node, scope);
    case 'index-join':
      return compileIndexJoin(node, scope);
    case 'nested-loop-join':
      return compileNestedLoopJoin(node, scope);
    case 'apply':
      return compileApply(node, scope);
    case 'hash-aggregate':
    case 'stream-aggregate':
      return compileAggregate(node, scope);
    case 'sort':
      return compileSort(node, scope);
    case 'top-n':
      return compileTopN(node, scope);
    case 'limit':
      return compileLimit(node, scope);
    case 'distinct':
      return compileDistinct(node, scope);
    case 'window':
      return compileWindow(node, scope);
    case 'set-operation':
      return compileSetOperation(node, scope);
    case 'cte-scan':
      return compileCteScan(node);
    case 'work-table-scan':
      return compileWorkTableScan(node);
    case 'max-one-row':
      return compileMaxOneRow(node, scope);
    case 'lock-rows':
      return compileLockRows(node, scope);
    default:
      return unreachable(node, 'plan node');
  }
}
