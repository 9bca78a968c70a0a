/** What a data-changing plan compiles to. */
import type { MaybePromise } from '../../../base/index.ts';
import type { WriteResult } from '../context.ts';
import type { Run } from '../operator.ts';

export type CompiledWriter = (run: Run) => MaybePromise<WriteResult>;
