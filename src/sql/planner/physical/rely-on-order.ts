/**
 * Marks a plan whose rows' order somebody above relies on: its hash joins must keep the order of their left rows, so they may not divide them on the
 * disk when memory gets short.
 */
import type { PhysicalNode } from '../../plan/index.ts';
import type { Candidate } from './physical-plan.ts';

export function inOrder(candidate: Candidate): Candidate {
  if (candidate.order.length === 0) return candidate;
  const node = relyOnOrder(candidate.node);
  return node === candidate.node ? candidate : { ...candidate, node };
}

function relyOnOrder(node: PhysicalNode): PhysicalNode {
  switch (node.kind) {
    case 'hash-join':
      return { ...node, left: relyOnOrder(node.left), keepsOrder: true };
    case 'index-join':
    case 'nested-loop-join': {
      const left = relyOnOrder(node.left);
      return left === node.left ? node : { ...node, left };
    }
    case 'apply': {
      const outer = relyOnOrder(node.outer);
      return outer === node.outer ? node : { ...node, outer };
    }
    case 'projection':
    case 'selection':
    case 'limit':
    case 'lock-rows': {
      const child = relyOnOrder(node.child);
      return child === node.child ? node : { ...node, child };
    }
    default:
      // Leaves; nodes that make an order of their own; and those that have asked for it below them.
      return node;
  }
}
