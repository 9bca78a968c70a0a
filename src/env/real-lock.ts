/**
 * A lock file that one living process holds, taken over from a dead one.
 *
 * The file says who holds it: process id, host, start time of the process, and whether a socket beside it answers. The file is made
 * by link(2), so that of many contenders one gets it and nobody reads half of it.
 *
 * Is the holder alive? The socket knows best: the kernel closes it with the process, and it can be asked from another container
 * that shares the directory, where process ids mean nothing. Where sockets cannot be made (long paths, some file systems) the process
 * id and its start time are asked, on the same host. A holder on another machine counts as alive.
 */
import * as fs from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { DbError } from '../base/index.ts';
import { joinPath, parentPath, type FileLock } from './files.ts';
import { codeOf, orAbsent } from './system-error.ts';

const TAKEOVER_ATTEMPTS = 8;
/** sun_path holds 108 bytes on Linux, 104 on macOS. */
const SOCKET_PATH_BYTES_MAX = 103;
const SOCKET_ANSWER_MS_MAX = 1000;

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Start time and boot of the process, '-' where the system does not tell. */
  readonly start: string;
  readonly hasSocket: boolean;
}

/** Locks that this process holds: a second open in one process must fail as well. */
const held = new Set<string>();

export async function takeLock(path: string): Promise<FileLock> {
  const real = joinPath(await fs.realpath(parentPath(path)), path.slice(path.lastIndexOf('/') + 1));
  if (held.has(real)) throw lockedBy(path, 'this process');
  held.add(real);
  try {
    const server = await acquire(real);
    let isReleased = false;
    return {
      release: async () => {
        if (isReleased) return;
        isReleased = true;
        server?.close();
        await orAbsent(() => fs.unlink(real));
        held.delete(real);
      },
    };
  } catch (error) {
    held.delete(real);
    throw error;
  }
}

async function acquire(path: string): Promise<Server | undefined> {
  const hasSocket = Buffer.byteLength(socketOf(path)) <= SOCKET_PATH_BYTES_MAX && process.platform !== 'win32';
  const self: Holder = { pid: process.pid, host: hostname(), start: await startOf(process.pid), hasSocket };
  for (let attempt = 0; attempt < TAKEOVER_ATTEMPTS; attempt++) {
    if (await createExclusive(path, self)) return hasSocket ? await listen(path, self) : undefined;
    const content = await orAbsent(() => fs.readFile(path, 'utf8'));
    if (content === undefined) continue;
    const holder = decode(content);
    if (holder !== undefined && (await isAlive(holder, path))) {
      throw lockedBy(path, `process ${holder.pid}${holder.host === self.host ? '' : ` on ${holder.host}`}`);
    }
    await removeStale(path, content);
  }
  throw lockedBy(path, 'a process that keeps taking it');
}

async function createExclusive(path: string, holder: Holder): Promise<boolean> {
  const draft = `${path}.draft-${process.pid}`;
  await fs.writeFile(draft, encode(holder));
  try {
    await fs.link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await orAbsent(() => fs.unlink(draft));
  }
}

/** Moves a dead holder's file away; one that somebody took in the meantime is put back. */
async function removeStale(path: string, content: string): Promise<void> {
  const aside = `${path}.stale-${process.pid}`;
  if ((await orAbsent(async () => (await fs.rename(path, aside), true))) === undefined) return;
  if ((await fs.readFile(aside, 'utf8')) !== content) await fs.link(aside, path).catch(() => undefined);
  await fs.unlink(aside);
}

/** Answers whoever asks whether the holder lives. Undefined, and said so in the lock file, where no socket can be made. */
async function listen(path: string, self: Holder): Promise<Server | undefined> {
  const socket = socketOf(path);
  await orAbsent(() => fs.unlink(socket));
  const server = createServer((asking) => asking.destroy());
  server.unref();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socket, resolve);
    });
    return server;
  } catch {
    await fs.writeFile(path, encode({ ...self, hasSocket: false }));
    return undefined;
  }
}

async function isAlive(holder: Holder, path: string): Promise<boolean> {
  const isSameBoot = holder.start.split('@')[1] === (await startOf(process.pid)).split('@')[1];
  if (holder.host !== hostname() && !isSameBoot) return true;
  if (holder.hasSocket && isSameBoot) return answers(socketOf(path));
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  // Process ids are used again: the same id with another start time is somebody else.
  const start = await startOf(holder.pid);
  return holder.start === '-' || start === '-' || start === holder.start;
}

/** A holder that has just made its lock file may not listen yet: it is given a moment. */
async function answers(socket: string): Promise<boolean> {
  for (let waitMs = 5; ; waitMs *= 3) {
    if (await answersNow(socket)) return true;
    if (waitMs > SOCKET_ANSWER_MS_MAX / 10) return false;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

function answersNow(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = connect(socket);
    const settle = (isThere: boolean): void => {
      asking.destroy();
      resolve(isThere);
    };
    asking.setTimeout(SOCKET_ANSWER_MS_MAX, () => settle(true));
    asking.once('connect', () => settle(true));
    asking.once('error', (error) => settle(!['ENOENT', 'ECONNREFUSED'].includes(codeOf(error) ?? '')));
  });
}

function socketOf(path: string): string {
  return `${path}.sock`;
}

function encode(holder: Holder): string {
  return `${holder.pid} ${holder.host} ${holder.start} ${holder.hasSocket ? 'socket' : 'no-socket'}\n`;
}

/** Undefined when nobody we know wrote this. */
function decode(content: string): Holder | undefined {
  const [pidText = '', host = '', start = '-', socket = ''] = content.trim().split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0 || host === '') return undefined;
  return { pid, host, start, hasSocket: socket === 'socket' };
}

/** Start time in clock ticks since boot and the id of the boot, '-' where the system does not tell. */
async function startOf(pid: number): Promise<string> {
  try {
    const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8');
    const boot = (await fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    return `${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}@${boot}`;
  } catch {
    return '-';
  }
}

function lockedBy(path: string, holder: string): DbError {
  return new DbError('unavailable', 'locked', `${parentPath(path)} is in use by ${holder} (lock file ${path})`);
}
