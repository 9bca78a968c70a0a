/** The union of all statements. `kind` decides; see the family files. */
import type * as account from './account.ts';
import type * as admin from './admin.ts';
import type * as ddl from './ddl-other.ts';
import type * as table from './ddl-table.ts';
import type * as dml from './dml.ts';
import type { Query } from './select.ts';
import type * as session from './session.ts';
import type * as show from './show.ts';
import type * as tidb from './tidb.ts';
import type * as transaction from './transaction.ts';

export type Statement =
  | Query
  | dml.Insert
  | dml.Update
  | dml.Delete
  | dml.LoadData
  | dml.Call
  | dml.Do
  | dml.Handler
  | dml.ImportTable
  | table.CreateTable
  | table.AlterTable
  | table.DropTable
  | table.RenameTable
  | table.TruncateTable
  | table.CreateIndex
  | table.DropIndex
  | ddl.CreateDatabase
  | ddl.AlterDatabase
  | ddl.DropDatabase
  | ddl.CreateView
  | ddl.DropView
  | ddl.CreateRoutine
  | ddl.AlterRoutine
  | ddl.CreateLoadableFunction
  | ddl.CreateTrigger
  | ddl.CreateEvent
  | ddl.DropObject
  | ddl.DefineObject
  | account.CreateUser
  | account.AlterUser
  | account.DropUser
  | account.RenameUser
  | account.CreateRole
  | account.DropRole
  | account.GrantPrivileges
  | account.GrantRoles
  | account.GrantProxy
  | account.RevokePrivileges
  | account.RevokeRoles
  | account.SetRole
  | account.SetDefaultRole
  | account.SetPassword
  | transaction.StartTransaction
  | transaction.EndTransaction
  | transaction.Savepoint
  | transaction.SetTransaction
  | transaction.XaTransaction
  | transaction.LockTables
  | transaction.UnlockTables
  | transaction.LockInstance
  | session.SetStatement
  | session.Use
  | session.Prepare
  | session.Execute
  | session.Deallocate
  | session.Kill
  | session.Signal
  | session.GetDiagnostics
  | session.Help
  | session.Shutdown
  | show.Show
  | show.Explain
  | admin.AnalyzeTable
  | admin.MaintainTable
  | admin.Flush
  | admin.Reset
  | admin.ResetPersist
  | admin.InstallPlugin
  | admin.CacheIndex
  | admin.Binlog
  | admin.PurgeLogs
  | admin.Replication
  | admin.SetResourceGroup
  | tidb.Sequence
  | tidb.Flashback
  | tidb.ImportInto
  | tidb.Batch
  | tidb.ResourceGroup
  | tidb.Binding
  | tidb.Admin
  | tidb.NoOperation;

export type StatementKind = Statement['kind'];
