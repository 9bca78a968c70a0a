/** Golden plans: after each rewrite rule, and the access paths and joins that are chosen. */
import { describe, expect, it } from 'vitest';
import { checkGolden } from './testing/golden.ts';
import { testFixture } from './testing/schema.ts';

describe('rewrite rules', () => {
  it('print the plan after each rule that changed it', () => {
    const fixture = testFixture();
    checkGolden('rules.txt', (query) => {
      fixture.plan(query, true);
      let before = '';
      return fixture.traced
        .filter(({ plan }) => plan !== before && ((before = plan), true))
        .map(({ rule, plan }) => `-- ${rule}\n${plan}`)
        .join('\n');
    });
  });
});

describe('access paths', () => {
  it('are chosen by index and cost', () => {
    const fixture = testFixture();
    checkGolden('access.txt', (query) => fixture.explain(query));
  });

  it('keep no parameter values: a plan serves every execution', () => {
    const fixture = testFixture();
    const plan = fixture.plan('SELECT b FROM t WHERE id = ? AND a > ? LIMIT ?');
    expect(plan.paramCount).toBe(3);
    expect(plan.cacheable).toBe(true);
    expect(
      JSON.stringify(plan.kind === 'query' ? plan.root : undefined, (key, value: unknown) =>
        key === 'def' || key === 'table' ? undefined : value,
      ),
    ).toContain('"kind":"param"');
  });
});
