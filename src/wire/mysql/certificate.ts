/**
 * A self-signed X.509 certificate for RSA keys, written as DER by hand: enough for TLS on a server that nobody gave a
 * certificate to. https://datatracker.ietf.org/doc/html/rfc5280
 */
import { sign, type KeyObject } from 'node:crypto';

export interface CertificateRequest {
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  /** IPv4 addresses in four bytes, IPv6 in sixteen. */
  readonly addresses: readonly Uint8Array[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Positive, up to 20 bytes. */
  readonly serial: Uint8Array;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const Tag = {
  INTEGER: 0x02,
  BITS: 0x03,
  OCTETS: 0x04,
  NULL: 0x05,
  OID: 0x06,
  UTF8: 0x0c,
  UTC: 0x17,
  GENERALIZED: 0x18,
  SEQUENCE: 0x30,
  SET: 0x31,
};

const SHA256_WITH_RSA = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const COMMON_NAME = [0x55, 0x04, 0x03];
const SUBJECT_ALT_NAME = [0x55, 0x1d, 0x11];
const BASIC_CONSTRAINTS = [0x55, 0x1d, 0x13];

/** PEM text. */
export function selfSignedCertificate(request: CertificateRequest): string {
  const algorithm = der(Tag.SEQUENCE, der(Tag.OID, SHA256_WITH_RSA), der(Tag.NULL));
  const name = der(
    Tag.SEQUENCE,
    der(Tag.SET, der(Tag.SEQUENCE, der(Tag.OID, COMMON_NAME), der(Tag.UTF8, Buffer.from(request.commonName)))),
  );
  const body = der(
    Tag.SEQUENCE,
    der(0xa0, der(Tag.INTEGER, [2])), // version 3
    der(Tag.INTEGER, positive(request.serial)),
    algorithm,
    name,
    der(Tag.SEQUENCE, time(request.notBefore), time(request.notAfter)),
    name,
    request.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(Tag.SEQUENCE, ...extensions(request))),
  );
  const signature = sign('sha256', body, request.privateKey);
  const certificate = der(Tag.SEQUENCE, body, algorithm, der(Tag.BITS, [0], signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function extensions(request: CertificateRequest): Buffer[] {
  const names = [
    ...request.dnsNames.map((name) => der(0x82, Buffer.from(name, 'ascii'))),
    ...request.addresses.map((address) => der(0x87, address)),
  ];
  const constraints = der(Tag.SEQUENCE, der(0x01, [0xff])); // CA: its own issuer
  return [
    der(Tag.SEQUENCE, der(Tag.OID, BASIC_CONSTRAINTS), der(0x01, [0xff]), der(Tag.OCTETS, constraints)),
    der(Tag.SEQUENCE, der(Tag.OID, SUBJECT_ALT_NAME), der(Tag.OCTETS, der(Tag.SEQUENCE, ...names))),
  ];
}

/** UTCTime up to 2049, GeneralizedTime after. */
function time(date: Date): Buffer {
  const digits = `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  return date.getUTCFullYear() < 2050
    ? der(Tag.UTC, Buffer.from(digits.slice(2)))
    : der(Tag.GENERALIZED, Buffer.from(digits));
}

/** The shortest two's complement of a positive number: DER allows no other. */
function positive(bytes: Uint8Array): Buffer {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from++;
  const shortest = Buffer.from(bytes.subarray(from));
  return ((shortest[0] as number) & 0x80) !== 0 ? Buffer.concat([Buffer.from([0]), shortest]) : shortest;
}

function der(tag: number, ...parts: (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (part instanceof Uint8Array ? part : Buffer.from(part))));
  const { length } = content;
  let header: number[];
  if (length < 0x80) header = [tag, length];
  else if (length < 0x100) header = [tag, 0x81, length];
  else header = [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}
