/**
 * The hard limits that several rooms must agree on. A queue, loop or size with a limit of its own keeps it in its room.
 *
 * Each value is a promise of the stored format or the protocol, not a tuning knob: raising one needs a format review.
 */
export const LIMITS = {
  /** Longest key in the ordered key space. */
  keyBytesMax: 16 * 1024,
  /** Longest single value (a row, an index entry). MySQL's LONGBLOB is capped by max_allowed_packet, 1 GiB at most. */
  valueBytesMax: 1024 * 1024 * 1024,
  /** Largest record the commit log takes; larger write sets go to an object that the record names. */
  logRecordBytesMax: 64 * 1024 * 1024,
  /** Largest object put in one piece. */
  objectBytesMax: 1024 * 1024 * 1024,
  /** Longest object path, in bytes. */
  objectPathBytesMax: 512,
  /** One page of a listing. */
  listPageMax: 1000,
} as const;

export type Limits = typeof LIMITS;
