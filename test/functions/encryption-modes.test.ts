/** AES_ENCRYPT in the modes of block_encryption_mode; the bytes are MySQL's. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ExpressionRunner } from './expression-runner.ts';

let runner: ExpressionRunner;
beforeAll(async () => {
  runner = await ExpressionRunner.open();
});
afterAll(() => runner.close());

it.each([
  ['aes-256-cbc', '53C2A3389ACA49DC6D54A64FF0D653E4'],
  ['aes-128-cfb1', '7F83BB84'],
  ['aes-192-cfb8', '0D0B3D84'],
  ['aes-192-cfb128', '0D1C7401'],
  ['aes-256-ofb', '509A4888'],
])('%s', async (mode, cipherText) => {
  await runner.run(`set block_encryption_mode = '${mode}'`);
  const args = `'key', '1234567890123456'`;
  expect(await runner.run(`select hex(aes_encrypt('text', ${args}))`)).toEqual([[cipherText]]);
  expect(await runner.run(`select cast(aes_decrypt(aes_encrypt('text', ${args}), ${args}) as char)`)).toEqual([
    ['text'],
  ]);
});
