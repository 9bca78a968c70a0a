/**
 * What every CommitLog must do, as tests. Each backend, and each transparent wrapper around one, runs this whole suite.
 * The expectations are the port's contract (commit-log.ts).
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DbError, LIMITS, utf8Decode, utf8Encode } from '../../base/index.ts';
import type { CommitLog } from '../index.ts';

export interface LogUnderTest {
  readonly log: CommitLog;
  /** Closes the log and opens it again, where the backend keeps anything. */
  readonly reopen?: () => Promise<CommitLog>;
}

/** Opens a new, empty log; the suite closes it. */
export function describeLog(name: string, open: () => Promise<LogUnderTest>): void {
  describe(`commit log ${name}`, () => {
    let subject: LogUnderTest;
    let log: CommitLog;
    beforeEach(async () => {
      subject = await open();
      log = subject.log;
    });
    afterEach(() => log.close());
    const at = (): CommitLog => log;
    describe('append and read', () => describeAppendAndRead(at));
    describe('contention', () => describeContention(at));
    describe('trim', () => describeTrim(at));
    it('keeps everything over a reopen', async () => {
      if (subject.reopen === undefined) return expect(await log.tail()).toBe(0);
      for (let i = 0; i < 10; i++) await log.append(i, utf8Encode(`r${i}`));
      log = await subject.reopen();
      expect(await log.tail()).toBe(10);
      expect(await log.append(9, utf8Encode('late'))).toEqual({ ok: false, tail: 10 });
      expect(await log.append(10, utf8Encode('next'))).toEqual({ ok: true, position: 11 });
      expect((await texts(log, 8)).join()).toBe('9:r8,10:r9,11:next');
    });
  });
}

async function texts(log: CommitLog, after: number): Promise<string[]> {
  const found: string[] = [];
  for await (const { position, record } of log.read(after)) found.push(`${position}:${utf8Decode(record)}`);
  return found;
}

function describeAppendAndRead(at: () => CommitLog): void {
  it('starts empty at position 0', async () => {
    expect(await at().tail()).toBe(0);
    expect(await texts(at(), 0)).toEqual([]);
  });

  it('numbers records from 1 without gaps', async () => {
    expect(await at().append(0, utf8Encode('a'))).toEqual({ ok: true, position: 1 });
    expect(await at().append(1, utf8Encode('b'))).toEqual({ ok: true, position: 2 });
    expect(await at().tail()).toBe(2);
    expect(await texts(at(), 0)).toEqual(['1:a', '2:b']);
    expect(await texts(at(), 1)).toEqual(['2:b']);
    expect(await texts(at(), 2)).toEqual([]);
  });

  it('holds empty and large records', async () => {
    const large = new Uint8Array(5_000_000).map((_, i) => (i * 17) % 253);
    await at().append(0, new Uint8Array(0));
    await at().append(1, large);
    await at().append(2, utf8Encode('z'));
    const records: Uint8Array[] = [];
    for await (const { record } of at().read(0)) records.push(record.slice());
    expect(records.map((record) => record.length)).toEqual([0, 5_000_000, 1]);
    expect(Buffer.compare(records[1] ?? large.subarray(1), large)).toBe(0);
  });

  it('takes its own copy before it suspends or keeps the bytes until it is durable', async () => {
    const appends = Array.from({ length: 5 }, (_, i) => at().append(i, utf8Encode(`n${i}`)));
    await Promise.all(appends);
    expect(await texts(at(), 0)).toEqual(['1:n0', '2:n1', '3:n2', '4:n3', '5:n4']);
  });

  it('refuses positions and sizes that cannot be', async () => {
    const code = (promise: Promise<unknown>): Promise<string> =>
      promise.then(
        () => 'no error',
        (error: unknown) => (error instanceof DbError ? error.code : String(error)),
      );
    expect(await code(at().append(-1, utf8Encode('x')))).toBe('log-position');
    expect(await code(at().append(0.5, utf8Encode('x')))).toBe('log-position');
    expect(await code(at().append(0, new Uint8Array(LIMITS.logRecordBytesMax + 1)))).toBe('log-record-too-large');
    expect(await at().tail()).toBe(0);
  });
}

function describeContention(at: () => CommitLog): void {
  it('refuses an append whose position is behind or ahead of the tail', async () => {
    await at().append(0, utf8Encode('a'));
    expect(await at().append(0, utf8Encode('late'))).toEqual({ ok: false, tail: 1 });
    expect(await at().append(5, utf8Encode('early'))).toEqual({ ok: false, tail: 1 });
    expect(await texts(at(), 0)).toEqual(['1:a']);
  });

  it('lets exactly one of many contenders win each position', async () => {
    const rounds = 5;
    for (let round = 0; round < rounds; round++) {
      const results = await Promise.all(Array.from({ length: 10 }, (_, i) => at().append(round, utf8Encode(`c${i}`))));
      expect(results.filter((result) => result.ok)).toEqual([{ ok: true, position: round + 1 }]);
      for (const result of results) if (!result.ok) expect(result.tail).toBe(round + 1);
    }
    expect(await texts(at(), 0)).toHaveLength(rounds);
  });

  it('acknowledges pipelined appends in order', async () => {
    const settled: number[] = [];
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const result = await at().append(i, utf8Encode(`p${i}`));
        settled.push(result.ok ? result.position : -1);
      }),
    );
    expect(settled).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });

  it('sees in a read what was appended before it began', async () => {
    for (let i = 0; i < 20; i++) {
      await at().append(i, utf8Encode(String(i)));
      expect((await texts(at(), i)).join()).toBe(`${i + 1}:${i}`);
    }
  });
}

function describeTrim(at: () => CommitLog): void {
  it('never moves the tail and keeps what follows', async () => {
    for (let i = 0; i < 20; i++) await at().append(i, utf8Encode(`t${i}`));
    await at().trim(12);
    expect(await at().tail()).toBe(20);
    expect(await texts(at(), 12)).toHaveLength(8);
    await at().trim(20);
    expect(await at().tail()).toBe(20);
    expect(await at().append(20, utf8Encode('more'))).toEqual({ ok: true, position: 21 });
    expect(await texts(at(), 20)).toEqual(['21:more']);
  });
}
