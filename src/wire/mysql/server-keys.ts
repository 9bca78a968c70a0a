/**
 * The server's RSA key and self-signed certificate: made at first start, kept beside the data, used for TLS and for the
 * password exchange of caching_sha2_password without TLS.
 */
import { X509Certificate, createPrivateKey, createPublicKey, generateKeyPair, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DbError } from '../../base/index.ts';
import { selfSignedCertificate } from './certificate.ts';

const RSA_BITS = 2048;
const VALID_MS = 10 * 365 * 86_400_000;
const KEY_FILE = 'server-key.pem';
const CERTIFICATE_FILE = 'server-cert.pem';

export interface ServerKeys {
  readonly privateKeyPem: string;
  /** SubjectPublicKeyInfo, what clients ask for by `request public key`. */
  readonly publicKeyPem: string;
  readonly certificatePem: string;
}

/** Fresh keys that live as long as the process. */
export async function makeServerKeys(now: Date = new Date()): Promise<ServerKeys> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: RSA_BITS });
  const certificatePem = selfSignedCertificate({
    commonName: 'Ebb_Server_Auto_Generated',
    dnsNames: ['localhost'],
    addresses: [Uint8Array.from([127, 0, 0, 1]), Uint8Array.from({ length: 16 }, (_, i) => (i === 15 ? 1 : 0))],
    notBefore: new Date(now.getTime() - 86_400_000),
    notAfter: new Date(now.getTime() + VALID_MS),
    serial: randomBytes(16),
    publicKey,
    privateKey,
  });
  return {
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    certificatePem,
  };
}

/** The keys kept in `directory`, made now when there are none. A broken pair is an error that says which files to look at. */
export async function loadServerKeys(directory: string): Promise<ServerKeys> {
  const keyPath = join(directory, KEY_FILE);
  const certificatePath = join(directory, CERTIFICATE_FILE);
  const [privateKeyPem, certificatePem] = await Promise.all([readIfThere(keyPath), readIfThere(certificatePath)]);
  if (privateKeyPem === undefined || certificatePem === undefined) {
    const keys = await makeServerKeys();
    await mkdir(directory, { recursive: true });
    await writeNew(keyPath, keys.privateKeyPem, 0o600);
    await writeNew(certificatePath, keys.certificatePem, 0o644);
    return keys;
  }
  try {
    const privateKey = createPrivateKey(privateKeyPem);
    if (!new X509Certificate(certificatePem).checkPrivateKey(privateKey))
      throw new Error('they do not belong together');
    const publicKeyPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }) as string;
    return { privateKeyPem, publicKeyPem, certificatePem };
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new DbError('invalid', 'bad-certificate', `cannot use ${keyPath} with ${certificatePath}: ${what}`, {
      cause,
    });
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  await writeFile(`${path}.new`, text, { mode });
  await chmod(`${path}.new`, mode);
  await rename(`${path}.new`, path);
}
