/** The engine as the rooms above see it: databases, sessions, accounts. */
export * from './session-port.ts';
export * from './accounts/index.ts';
export { Branch, type BranchOptions } from './branch.ts';
export { type CatalogDraft } from './catalog-draft.ts';
export { CatalogSnapshot, type Relation } from './catalog-snapshot.ts';
export { CatalogStore, type ChangeOptions } from './catalog-store.ts';
export { Database, type DatabaseOptions, openDatabase } from './database.ts';
export { type StorageSession } from './storage-scope.ts';
export { StorageSchemaStore } from './storage-schema-store.ts';
export { openTenant, type Tenant, type TenantOptions } from './tenant.ts';
export { SpillFiles } from './spill-files.ts';
export { openEngine, type OpenedEngine, type OpenEngineOptions } from './open-engine.ts';
export { internalCause, toSqlError } from './session/error-mapping.ts';
