/** Does a plan read a table? Then a statement that also writes it must read all of it first (the Halloween problem). */
import type { PhysicalNode } from '../../plan/index.ts';

export function readsTable(node: PhysicalNode, tableId: number): boolean {
  switch (node.kind) {
    case 'index-scan':
    case 'point-get':
    case 'index-merge':
      return node.table.id === tableId;
    case 'index-join':
      return node.inner.table.id === tableId || readsTable(node.left, tableId);
    case 'hash-join':
    case 'merge-join':
    case 'nested-loop-join':
      return readsTable(node.left, tableId) || readsTable(node.right, tableId);
    case 'apply':
      return readsTable(node.outer, tableId) || readsTable(node.inner, tableId);
    case 'set-operation':
      return node.children.some((child) => readsTable(child, tableId));
    case 'virtual-scan':
    case 'dual':
    case 'values':
    case 'json-table':
    case 'cte-scan':
    case 'work-table-scan':
      return false;
    default:
      return readsTable(node.child, tableId);
  }
}
