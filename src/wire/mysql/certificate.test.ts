import { X509Certificate, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { selfSignedCertificate } from './certificate.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('selfSignedCertificate', () => {
  it.each(['01', '7f', '80', 'ff00', '0001', '00ff', '000000', '8000000000000000000000000000000f'])(
    'with serial %s is read by OpenSSL as it was meant',
    (serial) => {
      const pem = selfSignedCertificate({
        commonName: 'Ebb',
        dnsNames: ['localhost'],
        addresses: [Uint8Array.from([127, 0, 0, 1])],
        notBefore: new Date('2024-01-02T03:04:05Z'),
        notAfter: new Date('2051-01-02T03:04:05Z'),
        serial: Buffer.from(serial, 'hex'),
        publicKey,
        privateKey,
      });
      const certificate = new X509Certificate(pem);
      expect(BigInt(`0x${certificate.serialNumber}`)).toBe(BigInt(`0x${serial}`));
      expect(certificate.verify(publicKey)).toBe(true);
      expect(certificate.checkPrivateKey(privateKey)).toBe(true);
      expect(certificate.subject).toBe('CN=Ebb');
      expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
      expect([certificate.validFrom, certificate.validTo]).toEqual([
        'Jan  2 03:04:05 2024 GMT',
        'Jan  2 03:04:05 2051 GMT',
      ]);
      expect(certificate.ca).toBe(true);
    },
  );
});
