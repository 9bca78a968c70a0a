/** Waiting: timers, sleeps, and giving the thread back between slices of work. */
export interface Timer {
  cancel(): void;
}

export interface Timers {
  /** Calls `action` once after `delayMs`. A pending timer does not keep the process alive. */
  after(delayMs: number, action: () => void): Timer;
  /** Calls `action` every `periodMs` until cancelled. It does not keep the process alive. */
  every(periodMs: number, action: () => void): Timer;
  /** Resolves after `delayMs`; rejects with the signal's reason when aborted first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
  /** Lets sockets, timers and other tasks run, then resolves (one turn of the event loop). */
  yield(): Promise<void>;
  /** Calls `action` after the I/O that is ready now. */
  soon(action: () => void): void;
}

export const realTimers: Timers = {
  after(delayMs, action) {
    const handle = setTimeout(action, delayMs);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
  every(periodMs, action) {
    const handle = setInterval(action, periodMs);
    handle.unref();
    return { cancel: () => clearInterval(handle) };
  },
  sleep(delayMs, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const onAbort = (): void => {
        clearTimeout(handle);
        reject(signal?.reason as Error);
      };
      const handle = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, delayMs);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },
  yield: () => new Promise((resolve) => setImmediate(resolve)),
  soon: (action) => void setImmediate(action),
};
