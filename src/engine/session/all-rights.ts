/** Rights of the embedded API and of tools that run on the data folder itself: everything. */
import type { SessionPrivileges } from './session-host.ts';

export const ALL_RIGHTS: SessionPrivileges = {
  epoch: 0,
  check: () => undefined,
  forDefiner: () => undefined,
  requireFor: () => undefined,
  requireDatabase: () => undefined,
  runAccountStatement: () => undefined,
  has: () => true,
  currentRole: () => 'NONE',
  maySeeSchema: () => true,
  maySeeTable: () => true,
  privilegeRows: () => [],
};
