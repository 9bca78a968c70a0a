/** One line of EXPLAIN and its children: the physical plan as TiDB names and nests its operators. */
import type { PhysicalNode } from '../../plan/index.ts';

export interface ExplainLine {
  readonly name: string;
  /** Runtime statistics are kept under this node's id; undefined for lines that have none of their own. */
  readonly node: PhysicalNode | undefined;
  /** Whose line it is, also where it has no statistics. */
  readonly source?: PhysicalNode;
  readonly number: number;
  readonly role: '' | '(Build)' | '(Probe)';
  readonly estimatedRows: number;
  readonly object: string;
  readonly info: string;
  readonly children: readonly ExplainLine[];
}
