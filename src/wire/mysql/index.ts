/** The MySQL client/server protocol over TCP and TLS. */
export { DEFAULT_VERSION, MysqlServer, type MysqlServerOptions } from './server.ts';
export type { TenantLogin, Tenants } from './server-context.ts';
export { loadServerKeys, makeServerKeys, type ServerKeys } from './server-keys.ts';
