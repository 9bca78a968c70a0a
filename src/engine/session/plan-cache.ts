/**
 * Plans by exact statement text, for clients that send the same text again (session-local, bounded, least recently used
 * out). A plan is valid while its `Prepared` says so: same catalog, sql_mode, database and privileges.
 */
import { parse } from '../../sql/parser/index.ts';
import type { FieldType, Value } from '../../sql/types/index.ts';
import { insertTemplateOf } from './insert-template.ts';
import type { EngineSession } from './session.ts';
import { Prepared } from './prepared.ts';

const TEXTS_MAX = 64;
const TEXT_LENGTH_MAX = 4096;

export interface TemplateRun {
  readonly prepared: Prepared;
  readonly params: readonly Value[];
  readonly types: readonly FieldType[];
}

/** Undefined when the template does not plan: the statement itself then tells what is wrong. */
function templatePlan(session: EngineSession, text: string): Prepared | undefined {
  try {
    const { statement, paramCount } = parse(text, { sqlMode: session.state.sqlMode.text });
    return Prepared.create(session, statement, text, paramCount);
  } catch {
    return undefined;
  }
}

export class PlanCache {
  readonly #byText = new Map<string, Prepared>();
  readonly #seenOnce = new Set<string>();

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

  /** The plan of an INSERT that differs from an earlier one in its literals only, and their values. */
  findInsert(session: EngineSession, sql: string): TemplateRun | undefined {
    if (sql.length > TEXT_LENGTH_MAX) return undefined;
    const template = insertTemplateOf(sql, session.state.collationConnection);
    if (template === undefined) return undefined;
    let prepared = this.findText(session, template.text);
    if (prepared === undefined) {
      // Offered first like any text: one that is run once is not worth keeping.
      this.offer(template.text, () => templatePlan(session, template.text));
      prepared = this.#byText.get(template.text);
    }
    return prepared === undefined ? undefined : { prepared, params: template.params, types: template.types };
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
  }
}
