/**
 * Host patterns of accounts ('%', '10.0.%', '192.168.1.0/255.255.255.0', '192.168.1.0/24') and database patterns of
 * grants ('app\_%'), with the order in which MySQL tries them: the most specific first.
 */

/** LIKE with % and _ and the escape \; hosts compare without case. */
export function matchesPattern(pattern: string, text: string): boolean {
  let source = '^';
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i] as string;
    if (character === '\\' && i + 1 < pattern.length) source += escaped(pattern[++i] as string);
    else if (character === '%') source += '[\\s\\S]*';
    else if (character === '_') source += '[\\s\\S]';
    else source += escaped(character);
  }
  return new RegExp(`${source}$`, 'u').test(text);
}

function escaped(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

export function matchesHost(pattern: string, host: string): boolean {
  if (pattern === '%' || pattern === '') return true;
  if (pattern.includes('/')) return matchesNetwork(pattern, host);
  const lower = pattern.toLowerCase();
  if (!/[%_\\]/.test(pattern)) return lower === host.toLowerCase();
  return matchesPattern(lower, host.toLowerCase());
}

function matchesNetwork(pattern: string, host: string): boolean {
  const [network = '', mask = ''] = pattern.split('/');
  const address = ipv4(host);
  const base = ipv4(network);
  const bits = /^\d{1,2}$/.test(mask) && Number(mask) <= 32 ? prefixMask(Number(mask)) : ipv4(mask);
  return address !== undefined && base !== undefined && bits !== undefined && (address & bits) >>> 0 === base;
}

function prefixMask(length: number): number {
  return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
}

function ipv4(text: string): number | undefined {
  const parts = text.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  if (parts.length !== 4 || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** Higher is tried first: addresses (the longer network mask before), names without a wildcard, then the longer literal start. */
export function specificity(pattern: string): number {
  const [address = '', mask] = pattern.split('/');
  if (ipv4(address) !== undefined) return ADDRESS + (mask === undefined ? 32 : maskLength(mask));
  const wild = pattern.replace(/\\./g, 'x').search(/[%_]/);
  return wild < 0 ? NAME : wild;
}

const NAME = 1000;
const ADDRESS = 2000;

function maskLength(mask: string): number {
  if (/^\d{1,2}$/.test(mask)) return Number(mask);
  const bits = (ipv4(mask) ?? 0) >>> 0;
  return bits.toString(2).replaceAll('0', '').length;
}
