/** The engine as the rooms above see it: databases, sessions, accounts. */
export * from './session-port.ts';
export * from './accounts/index.ts';
