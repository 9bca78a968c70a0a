/**
 * A lock file that one living process holds, taken over from a dead one.
 *
 * The file says who holds it: process id, host, start time of the process, and the name of a socket beside it. The file is made
 * by link(2), so that of many contenders one gets it and nobody reads half of it.
 *
 * Is the holder alive? The socket knows best: the kernel closes it with the process, and it can be asked from another container
 * that shares the directory, where process ids mean nothing. It has a name of its own and listens before the lock file names it, so one
 * refusal is proof: a restart after a crash need not wait. Where sockets cannot be made (long paths, some file systems) the process
 * id and its start time are asked, on the same host. A holder on another machine counts as alive.
 */
import { randomBytes } from 'node:crypto';
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
const NO_SOCKET = 'no-socket';
const SOCKET_SUFFIX = /^\.[0-9a-f]+$/;
/** What the first versions wrote, whose socket had one name for all holders. */
const FIRST_SOCKET = 'socket';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Start time and boot of the process, '-' where the system does not tell. */
  readonly start: string;
  /** What follows the lock file's path in the socket's; undefined where no socket could be made. */
  readonly socket: string | undefined;
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
  const suffix = `.${randomBytes(3).toString('hex')}`;
  const server = await listen(path + suffix);
  const socket = server === undefined ? undefined : suffix;
  const self: Holder = { pid: process.pid, host: hostname(), start: await startOf(process.pid), socket };
  try {
    for (let attempt = 0; attempt < TAKEOVER_ATTEMPTS; attempt++) {
      if (await createExclusive(path, self)) return server;
      const content = await orAbsent(() => fs.readFile(path, 'utf8'));
      if (content === undefined) continue;
      const holder = decode(content);
      if (holder !== undefined && (await isAlive(holder, path))) {
        throw lockedBy(path, `process ${holder.pid}${holder.host === self.host ? '' : ` on ${holder.host}`}`);
      }
      await removeStale(path, content);
      if (holder?.socket !== undefined) await orAbsent(() => fs.unlink(path + holder.socket));
    }
    throw lockedBy(path, 'a process that keeps taking it');
  } catch (error) {
    server?.close();
    throw error;
  }
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

/** Answers whoever asks whether the holder lives; undefined where no socket can be made. */
async function listen(socket: string): Promise<Server | undefined> {
  if (Buffer.byteLength(socket) > SOCKET_PATH_BYTES_MAX || process.platform === 'win32') return undefined;
  const server = createServer((asking) => asking.destroy());
  server.unref();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socket, resolve);
    });
    return server;
  } catch {
    return undefined;
  }
}

async function isAlive(holder: Holder, path: string): Promise<boolean> {
  const isSameBoot = holder.start.split('@')[1] === (await startOf(process.pid)).split('@')[1];
  if (holder.host !== hostname() && !isSameBoot) return true;
  if (holder.socket !== undefined && isSameBoot) return answers(path + holder.socket);
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

function answers(socket: string): Promise<boolean> {
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

function encode(holder: Holder): string {
  return `${holder.pid} ${holder.host} ${holder.start} ${holder.socket ?? NO_SOCKET}\n`;
}

/** Undefined when nobody we know wrote this. */
function decode(content: string): Holder | undefined {
  const [pidText = '', host = '', start = '-', socket = NO_SOCKET] = content.trim().split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0 || host === '') return undefined;
  if (socket === NO_SOCKET) return { pid, host, start, socket: undefined };
  if (socket === FIRST_SOCKET) return { pid, host, start, socket: '.sock' };
  return SOCKET_SUFFIX.test(socket) ? { pid, host, start, socket } : undefined;
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
