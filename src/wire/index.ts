/** Protocols: how clients reach the engine. */
export * from './mysql/index.ts';
