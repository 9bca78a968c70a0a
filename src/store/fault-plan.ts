/**
 * What goes wrong, and when: shared by the faulty store and the faulty log.
 *
 * A plan is asked once per call. By script: a list of faults, each for the next call of a kind (and path), used up in
 * order. By seed: each kind of fault with its chance.
 */
import { DbError } from '../base/index.ts';
import type { Random } from '../env/index.ts';

/**
 * - `error-before`: the call fails and has no effect (a 503).
 * - `error-after`: the call takes effect and fails (a timeout after the commit): the caller cannot know.
 * - `torn`: a put uploads a part of the object under a name of its own and fails; the object itself is untouched.
 * - `stale`: a list answers as it would have before the last changes.
 * - `delay`: the call is late.
 */
export type Fault = 'error-before' | 'error-after' | 'torn' | 'stale' | 'delay';

export interface ScriptedFault {
  readonly call: string;
  /** Only calls whose path contains this. */
  readonly path?: string;
  /** How many matching calls pass first. */
  readonly skip?: number;
  readonly fault: Fault;
}

export interface FaultPlan {
  next(call: string, path: string): Fault | undefined;
}

export function scriptedFaults(script: readonly ScriptedFault[]): FaultPlan {
  const waiting = script.map((step) => ({ ...step, skip: step.skip ?? 0 }));
  return {
    next(call, path) {
      const index = waiting.findIndex(
        (step) => step.call === call && (step.path === undefined || path.includes(step.path)),
      );
      const step = waiting[index];
      if (step === undefined) return undefined;
      if (step.skip-- > 0) return undefined;
      waiting.splice(index, 1);
      return step.fault;
    },
  };
}

/** Chances per call, 0 to 1. */
export function seededFaults(random: Random, chances: Partial<Record<Fault, number>>): FaultPlan {
  return {
    next() {
      let draw = random.float();
      for (const [fault, chance] of Object.entries(chances)) {
        if (draw < chance) return fault as Fault;
        draw -= chance;
      }
      return undefined;
    },
  };
}

export function injected(call: string, path: string): DbError {
  return new DbError('unavailable', 'injected-fault', `injected failure of ${call} ${path}`);
}
