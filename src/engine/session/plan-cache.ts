/**
 * Plans by statement text, exact or with literals replaced by parameters (text-template.ts, insert-template.ts), for clients that
 * send the same again (session-local, bounded, oldest out). A plan is valid while its `Prepared` says so: same catalog, sql_mode, database and privileges.
 */
import type { Catalog } from '../../sql/catalog/index.ts';
import { parse } from '../../sql/parser/index.ts';
import type { FieldType, Value } from '../../sql/types/index.ts';
import { insertTemplateOf } from './insert-template.ts';
import { planFor } from './planning.ts';
import { Prepared } from './prepared.ts';
import type { EngineSession } from './session.ts';
import { type TextTemplate, textTemplateOf } from './text-template.ts';

const TEXTS_MAX = 128;
const TEXT_LENGTH_MAX = 4096;

export interface TemplateRun {
  readonly prepared: Prepared;
  readonly params: readonly Value[];
  readonly types: readonly FieldType[];
}

/**
 * Undefined when the template does not plan (the statement itself then tells what is wrong), or when its plan is another than
 * that of the statement: then the values decide, by statistics or because they cannot match.
 */
function templatePlan(session: EngineSession, sql: string, template: TextTemplate): Prepared | undefined {
  const { sqlMode } = session.state;
  try {
    const { statement, paramCount } = parse(template.text, { sqlMode: sqlMode.text });
    if (paramCount !== template.params.length) return undefined;
    const prepared = Prepared.create(session, statement, template.text, template.types);
    // A value to be stored decides nothing.
    if (statement.kind === 'insert') return prepared;
    const own = parse(sql, { sqlMode: sqlMode.text, parameters: false });
    if (!prepared.hasShapeOf(planFor(session, own.statement, sql, []))) return undefined;
    return prepared;
  } catch {
    return undefined;
  }
}

export class PlanCache {
  readonly #byText = new Map<string, Prepared>();
  readonly #seenOnce = new Set<string>();
  /** Templates whose plan is not that of their statements, while this catalog holds. */
  readonly #refused = new Map<string, Catalog>();

  findText(session: EngineSession, sql: string): Prepared | undefined {
    if (sql.length > TEXT_LENGTH_MAX) return undefined;
    const found = this.#byText.get(sql);
    if (found === undefined) return undefined;
    if (!found.isCurrent(session)) {
      this.#byText.delete(sql);
      return undefined;
    }
    return found;
  }

  /** The plan of an earlier statement that differs in its literals only, and the literals' values. */
  findTemplate(session: EngineSession, sql: string): TemplateRun | undefined {
    if (sql.length > TEXT_LENGTH_MAX) return undefined;
    const { collationConnection } = session.state;
    const template = textTemplateOf(sql, collationConnection) ?? insertTemplateOf(sql, collationConnection);
    if (template === undefined) return undefined;
    let prepared = this.findText(session, template.text);
    if (prepared === undefined) {
      if (this.#refused.get(template.text) === session.catalog) return undefined;
      // Offered first like any text: one that is run once is not worth keeping.
      this.offer(template.text, () => this.#plan(session, sql, template));
      prepared = this.#byText.get(template.text);
    }
    return prepared === undefined ? undefined : { prepared, params: template.params, types: template.types };
  }

  #plan(session: EngineSession, sql: string, template: TextTemplate): Prepared | undefined {
    const warningsBefore = session.state.diagnostics.warningCount;
    const prepared = templatePlan(session, sql, template);
    if (prepared !== undefined && session.state.diagnostics.warningCount === warningsBefore) return prepared;
    if (this.#refused.size >= TEXTS_MAX) this.#refused.clear();
    this.#refused.set(template.text, session.catalog);
    return undefined;
  }

  /** A text is kept from its second run on: statements with literals inlined mostly run once. */
  offer(sql: string, prepare: () => Prepared | undefined): void {
    if (sql.length > TEXT_LENGTH_MAX) return;
    if (!this.#seenOnce.has(sql)) {
      if (this.#seenOnce.size >= TEXTS_MAX) this.#seenOnce.clear();
      this.#seenOnce.add(sql);
      return;
    }
    const prepared = prepare();
    if (prepared === undefined) return;
    if (this.#byText.size >= TEXTS_MAX) {
      const oldest = this.#byText.keys().next().value;
      if (oldest !== undefined) this.#byText.delete(oldest);
    }
    this.#byText.set(sql, prepared);
  }

  clear(): void {
    this.#byText.clear();
    this.#seenOnce.clear();
    this.#refused.clear();
  }
}
