/** What keeps a column from being dropped or renamed: generated columns, defaults, checks and key parts that read it. */
import { sqlError } from '../../base/index.ts';
import type { ColumnDef } from '../catalog/index.ts';
import { mentions } from './expression-rules.ts';
import type { TableDraft } from './table-draft.ts';

export function refuseDependentExpressions(draft: TableDraft, column: ColumnDef): void {
  for (const other of draft.columns) {
    if (other === column) continue;
    if (other.generated && mentions(other.generated.sql, column.name)) {
      throw other.hidden
        ? sqlError('ER_DEPENDENT_BY_FUNCTIONAL_INDEX', column.name)
        : sqlError('ER_DEPENDENT_BY_GENERATED_COLUMN', column.name);
    }
    if (other.defaultValue?.kind === 'expression' && mentions(other.defaultValue.sql, column.name)) {
      throw sqlError('ER_DEPENDENT_BY_DEFAULT_GENERATED_VALUE', column.name, draft.base.name);
    }
  }
}

export function refuseDependentChecks(draft: TableDraft, column: ColumnDef): void {
  const check = draft.checks.find(({ sql }) => mentions(sql, column.name));
  if (check !== undefined) throw sqlError('ER_DEPENDENT_BY_CHECK_CONSTRAINT', check.name, column.name);
}

/** Checks that read nothing but the dropped column go with it; others keep it. */
export function dropChecksOf(draft: TableDraft, column: ColumnDef): void {
  draft.checks = draft.checks.filter((check) => {
    if (!mentions(check.sql, column.name)) return true;
    const others = draft.columns.some((other) => other !== column && mentions(check.sql, other.name));
    if (others) throw sqlError('ER_DEPENDENT_BY_CHECK_CONSTRAINT', check.name, column.name);
    return false;
  });
}
