/**
 * Whether a service keeps the promise on which everything rests: conditional writes. Some ignore the conditions and answer with success
 * (old MinIO and Ceph, versioned buckets of some, most emulators); on such a store two nodes would overwrite each other's commits.
 *
 * Four puts tell. A store that passed is marked, so that later starts read one object instead; the mark names the endpoint and
 * the bucket, since a copy of the data elsewhere proves nothing about the service there.
 */
import { DbError, toHex, utf8Decode, utf8Encode, type Bytes } from '../../base/index.ts';
import type { Random } from '../../env/index.ts';
import { contentOf, NONCE_BYTES, withTrailer } from './object-trailer.ts';
import type { Retrying } from './retrying.ts';
import { S3Failure, type S3Client, type S3Condition } from './s3-client.ts';
import type { S3Location } from './s3-location.ts';

/** The comma keeps it out of the names that objects can have, and so out of listings. */
const MARK = 'ebb,service-check';
const WRONG_ETAG = '00000000000000000000000000000000';

/** Raises `invalid/store-unsuitable`. */
export async function requireConditionalWrites(
  client: S3Client,
  retrying: Retrying,
  location: S3Location,
  random: Random,
): Promise<void> {
  const mark = location.prefix + MARK;
  const wanted = `conditional writes work at ${location.endpoint ?? 'Amazon S3'} bucket ${location.bucket}\n`;
  if ((await readMark(client, retrying, mark)) === wanted) return;
  const key = `${location.prefix}${MARK}-${toHex(random.bytes(8))}`;
  const put = (condition: S3Condition): Promise<string | undefined> => tryPut(client, retrying, key, condition, random);
  try {
    await put({ ifNoneMatch: '*' });
    if ((await put({ ifNoneMatch: '*' })) !== undefined) throw unsuitable(location, 'If-None-Match');
    if ((await put({ ifMatch: WRONG_ETAG })) !== undefined) throw unsuitable(location, 'If-Match');
    const { etag } = await retrying.run('HEAD of the service check', 0, (signal) => client.head(key, signal));
    if ((await put({ ifMatch: etag })) === undefined) throw unsuitable(location, 'If-Match with the right etag');
  } finally {
    await retrying.run('DELETE of the service check', 0, (signal) => client.delete(key, signal)).catch(() => undefined);
  }
  await retrying.run('PUT of the service check', 0, (signal) =>
    client.put(mark, withTrailer(utf8Encode(wanted), random.bytes(NONCE_BYTES)), signal),
  );
}

async function readMark(client: S3Client, retrying: Retrying, key: string): Promise<string | undefined> {
  try {
    const { bytes } = await retrying.run('GET of the service check', 0, (signal) => client.get(key, undefined, signal));
    return utf8Decode(contentOf(bytes, key));
  } catch (error) {
    if (error instanceof S3Failure && error.kind === 'absent') return undefined;
    if (error instanceof DbError && error.kind === 'corrupt') return undefined;
    throw error;
  }
}

/** The etag, or undefined when the service refused by the condition. A lost answer (Ceph's 500 to a loser of If-Match) is a refusal too. */
async function tryPut(
  client: S3Client,
  retrying: Retrying,
  key: string,
  condition: S3Condition,
  random: Random,
): Promise<string | undefined> {
  const bytes: Bytes = withTrailer(new Uint8Array(0), random.bytes(NONCE_BYTES));
  try {
    return await retrying.run('PUT of the service check', 0, (signal) => client.put(key, bytes, signal, condition));
  } catch (error) {
    if (error instanceof S3Failure && error.kind === 'precondition') return undefined;
    throw error;
  }
}

function unsuitable(location: S3Location, what: string): DbError {
  const where = `${location.endpoint ?? 'Amazon S3'}, bucket ${location.bucket}`;
  return new DbError(
    'invalid',
    'store-unsuitable',
    `${where} does not honour ${what}, so that two nodes could overwrite each other's commits: use an unversioned bucket of a service with conditional writes`,
  );
}
