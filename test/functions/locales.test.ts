/** Names of days and months in the session's locale; the texts are MySQL's. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ExpressionRunner } from './expression-runner.ts';

let runner: ExpressionRunner;
beforeAll(async () => {
  runner = await ExpressionRunner.open();
});
afterAll(() => runner.close());

it.each([
  ['en_US', 'Wednesday Wed March Mar 6th'],
  ['de_DE', 'Mittwoch Mi März Mär 6th'],
  ['RU_ru', 'Среда Срд Марта Мар 6th'],
  ['ja_JP', '水曜日 水 3月  3月 6th'],
])('%s', async (locale, text) => {
  await runner.run(`set lc_time_names = '${locale}'`);
  expect(await runner.run("select date_format('2024-03-06', '%W %a %M %b %D')")).toEqual([[text]]);
  const [day, , month] = text.split(' ');
  expect(await runner.run("select dayname('2024-03-06'), monthname('2024-03-06')")).toEqual([[day, month]]);
});

it('refuses what is no locale', async () => {
  await expect(runner.run("set lc_time_names = 'xx_YY'")).rejects.toThrow("Unknown locale: 'xx_YY'");
});
