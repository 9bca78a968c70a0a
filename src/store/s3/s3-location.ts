/** Where an `s3:` store is: `s3://bucket/prefix?endpoint=URL&region=NAME`. Credentials never stand in the URL; they are found the AWS way. */
import { DbError } from '../../base/index.ts';

export interface S3Location {
  readonly bucket: string;
  /** '' or a path that ends with '/'. */
  readonly prefix: string;
  /** Undefined = Amazon's endpoint of the region. */
  readonly endpoint: string | undefined;
  /** Undefined = as AWS_REGION or the profile says, else us-east-1. */
  readonly region: string | undefined;
}

const FORM = 's3://bucket/prefix?endpoint=https://host:port&region=name';
const PARAMETERS = new Set(['endpoint', 'region']);
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^(?:[A-Za-z0-9._=+@~-]{1,200}\/)*$/;

/** Raises `invalid/store-url` with what is wrong with it. */
export function parseS3Location(text: string): S3Location {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 's3:') throw invalid(text, 'it is not a URL');
  if (url.username !== '' || url.password !== '') {
    throw invalid(
      's3://…',
      'keys do not belong into it: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile',
    );
  }
  if (!BUCKET.test(url.hostname)) throw invalid(text, `${JSON.stringify(url.hostname)} is not the name of a bucket`);
  for (const name of url.searchParams.keys()) {
    if (!PARAMETERS.has(name)) throw invalid(text, `it has no parameter ${JSON.stringify(name)}`);
  }
  const path = url.pathname.replace(/^\/+|\/+$/g, '');
  const prefix = path === '' ? '' : `${path}/`;
  if (!PREFIX.test(prefix)) throw invalid(text, `${JSON.stringify(path)} is not a prefix of object names`);
  const endpoint = url.searchParams.get('endpoint') ?? undefined;
  if (endpoint !== undefined && !/^https?:$/.test(URL.canParse(endpoint) ? new URL(endpoint).protocol : '')) {
    throw invalid(text, 'its endpoint is not an http or https URL');
  }
  return { bucket: url.hostname, prefix, endpoint, region: url.searchParams.get('region') ?? undefined };
}

function invalid(url: string, why: string): DbError {
  return new DbError('invalid', 'store-url', `${url} is not an object store URL: ${why} (${FORM})`);
}
