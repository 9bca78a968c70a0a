/** Schemas whose tables are made by the session rather than stored. */
const VIRTUAL = new Set(['information_schema', 'performance_schema']);

export function isVirtualSchema(schema: string): boolean {
  return VIRTUAL.has(schema.toLowerCase());
}
