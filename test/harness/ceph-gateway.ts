/**
 * A private Ceph cluster with an S3 gateway on loopback, by ../shared/services/ceph-up.sh and Debian's packages (CONTRIBUTING.md). Data in memory where
 * there is room: what is tested is the service's behaviour, not the disk.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { SHARED } from './corpora.ts';
import { freePort, removeFolder } from './processes.ts';

const SERVICES = join(SHARED, 'services');
const START_MS = 120_000;
const MEMORY = '/dev/shm';
const MEMORY_BYTES_MIN = 6 * 1024 ** 3;

/** Why there can be no Ceph here; undefined when there can. Under CI a missing one is a failure. */
export function cephMissing(): string | undefined {
  const missing = !existsSync(join(SERVICES, 'ceph-up.sh'))
    ? '../shared/services/ceph-up.sh is not beside this repository'
    : !existsSync('/usr/bin/radosgw') || !existsSync('/usr/bin/ceph-osd')
      ? "Debian's radosgw, ceph-osd and ceph-mon are not installed (script/install-services)"
      : undefined;
  if (missing !== undefined && process.env['CI'] === 'true')
    throw new Error(`under CI there must be a Ceph: ${missing}`);
  return missing;
}

/** In memory where there is enough: a container's /dev/shm may hold 64 MB. */
function roomiestParent(): string {
  if (!existsSync(MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize > MEMORY_BYTES_MIN ? MEMORY : tmpdir();
}

export class CephGateway {
  readonly endpoint: string;
  readonly #folder: string;
  readonly #client: S3Client;

  private constructor(endpoint: string, folder: string) {
    this.endpoint = endpoint;
    this.#folder = folder;
    this.#client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });
  }

  /** Sets the AWS variables of this process to the gateway's keys. */
  static async start(): Promise<CephGateway> {
    const folder = join(mkdtempSync(join(roomiestParent(), 'ebb-ceph-')), 'cluster');
    const port = await freePort();
    const env = {
      ...process.env,
      CEPH_DIR: folder,
      RGW_PORT: String(port),
      MON_PORT: String(await freePort()),
      OSD_MB: '4096',
    };
    const printed = execFileSync(join(SERVICES, 'ceph-up.sh'), {
      env,
      timeout: START_MS,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const line of printed.toString('utf8').split('\n')) {
      const [name, value] = line.split('=') as [string, string | undefined];
      if (name.startsWith('AWS_') && name !== 'AWS_REGION' && value !== undefined) process.env[name] = value;
    }
    return new CephGateway(`http://127.0.0.1:${port}`, folder);
  }

  async createBucket(name: string): Promise<void> {
    await this.#client.send(new CreateBucketCommand({ Bucket: name }));
  }

  /** The URL of a store in a bucket. */
  url(bucketAndPrefix: string): string {
    return `s3://${bucketAndPrefix}?endpoint=${this.endpoint}`;
  }

  /** `kill 1` is SIGKILL for the second OSD; see ../shared/services/ceph-osd.sh. */
  fault(...words: string[]): void {
    execFileSync(join(SERVICES, 'ceph-osd.sh'), words, {
      env: { ...process.env, CEPH_DIR: this.#folder },
      stdio: 'pipe',
    });
  }

  stop(): void {
    this.#client.destroy();
    execFileSync(join(SERVICES, 'ceph-down.sh'), { env: { ...process.env, CEPH_DIR: this.#folder }, stdio: 'pipe' });
    removeFolder(join(this.#folder, '..'));
  }
}
