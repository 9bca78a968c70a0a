/** The ground of every room: bytes, codecs, errors, assertions, limits. No I/O, no clock, no randomness. */
export * from './assert.ts';
export * from './bytes.ts';
export * from './bytes-reader.ts';
export * from './bytes-writer.ts';
export * from './checksum.ts';
export * from './db-error.ts';
export * from './deferred.ts';
export * from './escaped-utf8.ts';
export * from './limits.ts';
export * from './maybe-promise.ts';
export * from './mysql-errors.data.ts';
export * from './sql-error.ts';
