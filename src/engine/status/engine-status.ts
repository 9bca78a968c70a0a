/** What the server counts beside its sessions: connections that came, failed or broke, and what sessions left behind. */
import type { Clock } from '../../env/index.ts';
import type { EngineSession } from '../session/session.ts';
import { StatusCounters } from './status-counters.ts';

export class EngineStatus {
  readonly startedAtMs: number;
  abortedClients = 0;
  abortedConnects = 0;
  refused = 0;
  connectionsMost = 0;
  connectionsMostAtMs = 0;
  flushes = 0;
  flushedAtMs: number;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #sessions: ReadonlyMap<number, EngineSession>;
  /** Of sessions that ended. */
  readonly #past = new StatusCounters();

  constructor(clock: Pick<Clock, 'nowMs'>, sessions: ReadonlyMap<number, EngineSession>) {
    this.#clock = clock;
    this.#sessions = sessions;
    this.startedAtMs = clock.nowMs();
    this.flushedAtMs = this.startedAtMs;
  }

  get nowMs(): number {
    return this.#clock.nowMs();
  }

  get connected(): number {
    return this.#sessions.size;
  }

  get running(): number {
    let running = 0;
    for (const session of this.#sessions.values()) if (session.currentSql !== undefined) running++;
    return running;
  }

  noteConnected(): void {
    if (this.#sessions.size <= this.connectionsMost) return;
    this.connectionsMost = this.#sessions.size;
    this.connectionsMostAtMs = this.nowMs;
  }

  noteEnded(session: EngineSession): void {
    session.counters.takeTraffic(session.hooks.traffic);
    this.#past.add(session.counters);
    session.counters.clear();
  }

  countConnection(what: 'aborted-client' | 'aborted-connect' | 'refused'): void {
    if (what === 'aborted-client') this.abortedClients++;
    else this.abortedConnects++;
    if (what === 'refused') this.refused++;
  }

  /** A copy of the session's own. */
  ofSession(session: EngineSession): StatusCounters {
    const counters = new StatusCounters();
    addSession(counters, session);
    return counters;
  }

  total(): StatusCounters {
    const total = new StatusCounters();
    total.add(this.#past);
    for (const session of this.#sessions.values()) addSession(total, session);
    return total;
  }

  /** FLUSH STATUS: the session's numbers go to the global ones and start again. */
  flush(session: EngineSession): void {
    this.noteEnded(session);
    this.flushes++;
    this.flushedAtMs = this.nowMs;
    this.connectionsMost = this.#sessions.size;
    this.connectionsMostAtMs = this.flushedAtMs;
  }
}

function addSession(counters: StatusCounters, session: EngineSession): void {
  session.counters.takeTraffic(session.hooks.traffic);
  counters.add(session.counters);
}
