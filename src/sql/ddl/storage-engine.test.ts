/** The words that SHOW CREATE TABLE of MySQL gives back, and those that InnoDB stands in for here. */
import { expect, test } from 'vitest';
import { engineOf, keptEngine } from './index.ts';

test('MyISAM and MEMORY are kept as MySQL spells them', () => {
  expect(['myisam', 'MEMORY', 'Heap', 'innodb', 'csv'].map(keptEngine)).toEqual([
    'MyISAM',
    'MEMORY',
    'MEMORY',
    undefined,
    undefined,
  ]);
  expect(engineOf({ options: {} })).toBe('InnoDB');
  expect(engineOf({ options: { engine: 'MyISAM' } })).toBe('MyISAM');
});
