/** What an operator's compile function may ask: to compile its children. */
import type { PhysicalNode } from '../plan/index.ts';
import type { CompiledNode } from './operator.ts';

export interface CompileScope {
  compile(node: PhysicalNode): CompiledNode;
}
