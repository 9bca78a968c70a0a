/**
 * The snapshots in use, oldest first: what compaction must not forget.
 *
 * Snapshots are taken at the last applied commit, which only grows; so a list in order of opening is in order of
 * timestamp, and opening and closing cost a few pointer writes. Only a stale read (AS OF TIMESTAMP) opens one in the past:
 * it looks for its place from the old end, where few are.
 */
import { assert } from '../base/index.ts';
import type { Timestamp } from './timestamp.ts';

export class Snapshot {
  readonly at: Timestamp;
  previous: Snapshot | undefined = undefined;
  next: Snapshot | undefined = undefined;
  open = true;

  constructor(at: Timestamp) {
    this.at = at;
  }
}

export class SnapshotList {
  #first: Snapshot | undefined = undefined;
  #last: Snapshot | undefined = undefined;

  open(at: Timestamp): Snapshot {
    const snapshot = new Snapshot(at);
    const last = this.#last;
    assert(last === undefined || last.at <= at, 'snapshots are opened in the order of time');
    snapshot.previous = last;
    if (last === undefined) this.#first = snapshot;
    else last.next = snapshot;
    this.#last = snapshot;
    return snapshot;
  }

  /** A snapshot of the past; whoever asks has checked that it can still be read. */
  openAt(at: Timestamp): Snapshot {
    let next = this.#first;
    while (next !== undefined && next.at <= at) next = next.next;
    if (next === undefined) return this.open(at);
    const snapshot = new Snapshot(at);
    snapshot.next = next;
    snapshot.previous = next.previous;
    if (next.previous === undefined) this.#first = snapshot;
    else next.previous.next = snapshot;
    next.previous = snapshot;
    return snapshot;
  }

  close(snapshot: Snapshot): void {
    if (!snapshot.open) return;
    snapshot.open = false;
    if (snapshot.previous === undefined) this.#first = snapshot.next;
    else snapshot.previous.next = snapshot.next;
    if (snapshot.next === undefined) this.#last = snapshot.previous;
    else snapshot.next.previous = snapshot.previous;
  }

  /** The oldest snapshot in use; undefined when there is none. */
  oldest(): Timestamp | undefined {
    return this.#first?.at;
  }
}
