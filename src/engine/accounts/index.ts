/** Users, roles and privileges: the accounts a server knows, what they may do, and how they prove who they are. */
export * from './passwords/index.ts';
