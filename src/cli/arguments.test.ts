import { describe, expect, it } from 'vitest';
import { formatBytes, parseAddress, parseBytes, parseOptions } from './arguments.ts';
import { editDistance, nearest } from './nearest.ts';

describe('arguments', () => {
  it.each([
    ['127.0.0.1:4000', { host: '127.0.0.1', port: 4000 }],
    ['4000', { host: '127.0.0.1', port: 4000 }],
    [':4000', { host: '127.0.0.1', port: 4000 }],
    ['[::1]:4000', { host: '::1', port: 4000 }],
    ['db.example:0', { host: 'db.example', port: 0 }],
  ])('address %s', (text, expected) => {
    expect(parseAddress(text)).toEqual(expected);
  });

  it.each(['x', 'host:', '1.2.3.4:99999', 'a b:1'])('no address: %s', (text) => {
    expect(() => parseAddress(text)).toThrow('is not an address');
  });

  it.each([
    ['1GiB', 1073741824],
    ['512M', 512e6],
    ['1.5k', 1500],
    ['64kib', 65536],
    ['10', 10],
  ])('size %s', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it('refuses sizes that are none', () => {
    expect(() => parseBytes('1x')).toThrow('is not a size');
  });

  it.each([
    [0, '0 B'],
    [1536, '1.5 KiB'],
    [1024 ** 3, '1.0 GiB'],
    [250 * 1024 * 1024, '250 MiB'],
  ])('prints %d', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('suggests the option that was meant', () => {
    expect(() => parseOptions(['--lisen', 'x'], { listen: { type: 'string', help: '' } })).toThrow(
      'there is no option --lisen; did you mean --listen?',
    );
    expect(nearest('strat', ['start', 'sql'])).toBe('start');
    expect(nearest('frobnicate', ['start', 'sql'])).toBeUndefined();
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });
});
