/**
 * What a session counts for SHOW STATUS. Each session adds to its own numbers; the global ones are those of sessions that
 * ended (and of FLUSH STATUS) plus those of all that live, summed up when somebody asks.
 */
import { COM_NAMES } from './com-names.data.ts';

const NUMBERS = [
  'questions',
  'slowQueries',
  'bytesReceived',
  'bytesSent',
  'createdTmpTables',
  'handlerCommit',
  'handlerDelete',
  'handlerReadKey',
  'handlerReadNext',
  'handlerReadRndNext',
  'handlerRollback',
  'handlerSavepoint',
  'handlerSavepointRollback',
  'handlerUpdate',
  'handlerWrite',
  'selectFullJoin',
  'selectFullRangeJoin',
  'selectRange',
  'selectScan',
  'sortRange',
  'sortScan',
] as const;

/** Bytes of a connection, since it began. */
interface Traffic {
  readonly bytesReceived: number;
  readonly bytesSent: number;
}

export class StatusCounters {
  readonly com = new Float64Array(COM_NAMES.length);
  questions = 0;
  slowQueries = 0;
  bytesReceived = 0;
  bytesSent = 0;
  createdTmpTables = 0;
  handlerCommit = 0;
  handlerDelete = 0;
  handlerReadKey = 0;
  handlerReadNext = 0;
  handlerReadRndNext = 0;
  handlerRollback = 0;
  handlerSavepoint = 0;
  handlerSavepointRollback = 0;
  handlerUpdate = 0;
  handlerWrite = 0;
  selectFullJoin = 0;
  selectFullRangeJoin = 0;
  selectRange = 0;
  selectScan = 0;
  sortRange = 0;
  sortScan = 0;

  /** How much of the connection's traffic is in the numbers already. */
  #received = 0;
  #sent = 0;

  takeTraffic(traffic: Traffic | undefined): void {
    if (traffic === undefined) return;
    this.bytesReceived += traffic.bytesReceived - this.#received;
    this.bytesSent += traffic.bytesSent - this.#sent;
    this.#received = traffic.bytesReceived;
    this.#sent = traffic.bytesSent;
  }

  /** -1 counts nothing. */
  countCommand(index: number): void {
    if (index >= 0) this.com[index] = (this.com[index] as number) + 1;
  }

  add(other: StatusCounters): void {
    for (const name of NUMBERS) this[name] += other[name];
    for (let i = 0; i < this.com.length; i++) this.com[i] = (this.com[i] as number) + (other.com[i] as number);
  }

  clear(): void {
    for (const name of NUMBERS) this[name] = 0;
    this.com.fill(0);
  }
}
