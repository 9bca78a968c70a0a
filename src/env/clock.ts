/** Time as the system sees it. Wall time may jump; monotonic time only grows and has no meaning outside the process. */
export interface Clock {
  /** Milliseconds since the Unix epoch, an integer. */
  nowMs(): number;
  /** Milliseconds with a fraction, never going back. */
  monotonicMs(): number;
}

export const realClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
