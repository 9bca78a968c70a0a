/**
 * The seven requests of S3 that Ebb makes, over Amazon's SDK, one attempt each: who retries, and how, is decided above.
 *
 * Any failure becomes an `S3Failure`: what kind it is decides whether another try can help and whether the request may have taken effect.
 * The SDK (a tenth of a second to load) is loaded only when a store is opened.
 */
import type { S3Client as Sdk, S3ServiceException } from '@aws-sdk/client-s3';
import type { Bytes } from '../../base/index.ts';
import type { S3Location } from './s3-location.ts';

/**
 * - `absent`       there is no such object.
 * - `precondition` a condition did not hold.
 * - `range`        the range starts behind the end of the object.
 * - `retry`        the service or the way to it failed: the request may have taken effect.
 * - `refused`      wrong keys, no bucket, not allowed: trying again does not help.
 */
export type S3FailureKind = 'absent' | 'precondition' | 'range' | 'retry' | 'refused';

export class S3Failure extends Error {
  readonly kind: S3FailureKind;
  /** The service's name for it, such as NoSuchBucket. */
  readonly code: string;

  constructor(kind: S3FailureKind, code: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : code, { cause });
    this.kind = kind;
    this.code = code;
  }
}

export interface S3Object {
  readonly bytes: Bytes;
  readonly etag: string;
  /** Of the whole object. */
  readonly totalBytes: number;
}

export interface S3Condition {
  readonly ifNoneMatch?: '*';
  readonly ifMatch?: string;
}

export interface S3Page {
  readonly objects: readonly { readonly key: string; readonly size: number; readonly modifiedMs: number }[];
  readonly isLast: boolean;
}

/** Requests by kind, tries included: what a bill counts. */
export interface S3Requests {
  get: number;
  head: number;
  put: number;
  list: number;
  delete: number;
}

export interface S3Part {
  readonly number: number;
  readonly etag: string;
}

const DEFAULT_REGION = 'us-east-1';
const SOCKETS_MAX = 256;

type SdkModule = typeof import('@aws-sdk/client-s3');

export class S3Client {
  readonly requests: S3Requests = { get: 0, head: 0, put: 0, list: 0, delete: 0 };
  readonly #sdk: SdkModule;
  readonly #client: Sdk;
  readonly #bucket: string;

  private constructor(sdk: SdkModule, client: Sdk, bucket: string) {
    this.#sdk = sdk;
    this.#client = client;
    this.#bucket = bucket;
  }

  static async connect(location: S3Location): Promise<S3Client> {
    const sdk = await import('@aws-sdk/client-s3');
    const client = new sdk.S3Client({
      ...(location.endpoint !== undefined && { endpoint: location.endpoint, forcePathStyle: true }),
      ...(location.region !== undefined
        ? { region: location.region }
        : location.endpoint !== undefined && { region: DEFAULT_REGION }),
      // Objects carry checksums of their own; gateways older than these headers refuse them.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts: 1,
      requestHandler: {
        httpAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
        httpsAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
        socketAcquisitionWarningTimeout: 60_000,
      },
    });
    return new S3Client(sdk, client, location.bucket);
  }

  /** `range` as in RFC 9110: `bytes=0-99`, `bytes=-20`. */
  async get(key: string, range: string | undefined, signal: AbortSignal, ifMatch?: string): Promise<S3Object> {
    this.requests.get++;
    return this.#try(async () => {
      const answer = await this.#client.send(
        new this.#sdk.GetObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          ...(range !== undefined && { Range: range }),
          ...(ifMatch !== undefined && { IfMatch: ifMatch }),
        }),
        { abortSignal: signal },
      );
      const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array(0);
      return { bytes, etag: bare(answer.ETag), totalBytes: totalOf(answer.ContentRange) ?? bytes.length };
    });
  }

  async head(key: string, signal: AbortSignal): Promise<{ readonly etag: string; readonly totalBytes: number }> {
    this.requests.head++;
    return this.#try(async () => {
      const command = new this.#sdk.HeadObjectCommand({ Bucket: this.#bucket, Key: key });
      const answer = await this.#client.send(command, { abortSignal: signal });
      return { etag: bare(answer.ETag), totalBytes: answer.ContentLength ?? 0 };
    });
  }

  /** Resolves to the etag. */
  async put(key: string, bytes: Bytes, signal: AbortSignal, condition: S3Condition = {}): Promise<string> {
    this.requests.put++;
    return this.#try(async () => {
      const answer = await this.#client.send(
        new this.#sdk.PutObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          Body: bytes,
          ContentLength: bytes.length,
          ...(condition.ifNoneMatch !== undefined && { IfNoneMatch: condition.ifNoneMatch }),
          ...(condition.ifMatch !== undefined && { IfMatch: condition.ifMatch }),
        }),
        { abortSignal: signal },
      );
      return bare(answer.ETag);
    });
  }

  async list(prefix: string, after: string | undefined, limit: number, signal: AbortSignal): Promise<S3Page> {
    this.requests.list++;
    return this.#try(async () => {
      const answer = await this.#client.send(
        new this.#sdk.ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: prefix,
          MaxKeys: limit,
          ...(after !== undefined && { StartAfter: after }),
        }),
        { abortSignal: signal },
      );
      const objects = (answer.Contents ?? []).map((object) => ({
        key: object.Key ?? '',
        size: object.Size ?? 0,
        modifiedMs: object.LastModified?.getTime() ?? 0,
      }));
      return { objects, isLast: answer.IsTruncated !== true };
    });
  }

  async delete(key: string, signal: AbortSignal): Promise<void> {
    this.requests.delete++;
    await this.#try(() =>
      this.#client.send(new this.#sdk.DeleteObjectCommand({ Bucket: this.#bucket, Key: key }), { abortSignal: signal }),
    );
  }

  /** Resolves to the upload's id. */
  async startMultipart(key: string, signal: AbortSignal): Promise<string> {
    this.requests.put++;
    return this.#try(async () => {
      const command = new this.#sdk.CreateMultipartUploadCommand({ Bucket: this.#bucket, Key: key });
      const answer = await this.#client.send(command, { abortSignal: signal });
      return answer.UploadId ?? '';
    });
  }

  async putPart(key: string, upload: string, number: number, bytes: Bytes, signal: AbortSignal): Promise<S3Part> {
    this.requests.put++;
    return this.#try(async () => {
      const answer = await this.#client.send(
        new this.#sdk.UploadPartCommand({
          Bucket: this.#bucket,
          Key: key,
          UploadId: upload,
          PartNumber: number,
          Body: bytes,
          ContentLength: bytes.length,
        }),
        { abortSignal: signal },
      );
      return { number, etag: answer.ETag ?? '' };
    });
  }

  /** Resolves to the etag of the object. */
  async endMultipart(key: string, upload: string, parts: readonly S3Part[], signal: AbortSignal): Promise<string> {
    this.requests.put++;
    return this.#try(async () => {
      const answer = await this.#client.send(
        new this.#sdk.CompleteMultipartUploadCommand({
          Bucket: this.#bucket,
          Key: key,
          UploadId: upload,
          MultipartUpload: { Parts: parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag })) },
        }),
        { abortSignal: signal },
      );
      return bare(answer.ETag);
    });
  }

  async abortMultipart(key: string, upload: string, signal: AbortSignal): Promise<void> {
    this.requests.delete++;
    const command = new this.#sdk.AbortMultipartUploadCommand({ Bucket: this.#bucket, Key: key, UploadId: upload });
    await this.#try(() => this.#client.send(command, { abortSignal: signal }));
  }

  close(): void {
    this.#client.destroy();
  }

  async #try<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw failureOf(error);
    }
  }
}

const ABSENT = new Set(['NoSuchKey', 'NotFound', 'NoSuchUpload']);
/** Losers of a race get them too: the condition is to be looked at again. */
const CONTENDED = new Set(['ConditionalRequestConflict', 'OperationAborted']);

function failureOf(error: unknown): S3Failure {
  const { name, $metadata } = error as Partial<S3ServiceException>;
  const code = name ?? 'Unknown';
  const status = $metadata?.httpStatusCode;
  return new S3Failure(kindOf(code, status), code, error);
}

function kindOf(code: string, status: number | undefined): S3FailureKind {
  if (ABSENT.has(code)) return 'absent';
  if (status === 404 && code !== 'NoSuchBucket') return 'absent';
  if (status === 412) return 'precondition';
  if (status === 416) return 'range';
  if (CONTENDED.has(code) || status === 409) return 'retry';
  if (status === undefined) return code === 'CredentialsProviderError' ? 'refused' : 'retry';
  return status === 408 || status === 429 || status >= 500 ? 'retry' : 'refused';
}

/** Etags travel in quotes; conditions are sent without (Ceph's gateway takes no others, Amazon's takes both). */
function bare(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '');
}

/** `bytes 0-9/200` → 200. */
function totalOf(contentRange: string | undefined): number | undefined {
  const total = contentRange?.slice(contentRange.lastIndexOf('/') + 1);
  return total === undefined || !/^\d+$/.test(total) ? undefined : Number(total);
}
