/** What storage reads of a session: always as the session is now, never a copy. */
import type { StorageSession } from '../storage-scope.ts';
import type { EngineSession } from './session.ts';

export function storageSessionOf(session: EngineSession): StorageSession {
  const { state } = session;
  return {
    reads: session.counters,
    get timeZone() {
      return state.zone;
    },
    get autoIncrementIncrement() {
      return state.variables.getNumber('auto_increment_increment');
    },
    get autoIncrementOffset() {
      return state.variables.getNumber('auto_increment_offset');
    },
    get allowsAutoRandomValues() {
      return state.variables.isOn('allow_auto_random_explicit_insert');
    },
    get singleStatement() {
      return !session.transactions.inTransaction;
    },
    yieldNow: session.yieldNow,
  };
}
