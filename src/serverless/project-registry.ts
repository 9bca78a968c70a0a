/**
 * Which projects there are: one small object each, apart from their data, so that creating one is one put and listing them is one list.
 *
 *   registry/<name>        the project's record
 *   projects/<id>/…        its data; the id is the name and a random part, so that a name can be used again at once
 *
 * Dropping marks the record, deletes the data, then the record. Whoever finds a marked record goes on where it stopped.
 */
import { DbError, toHex, utf8Decode, utf8Encode } from '../base/index.ts';
import type { Env } from '../env/index.ts';
import { listAll, type ObjectStore } from '../store/index.ts';
import { checkProjectName } from './project-names.ts';

const RECORDS = 'registry/';
const FORMAT = 1;
const DELETE_BATCH = 500;
const ID_BYTES = 6;

export interface Project {
  readonly name: string;
  /** Below it, in `projects/`, is everything that the project has. */
  readonly id: string;
  readonly createdMs: number;
  /** What is stored of the password of its first account, root@%. */
  readonly rootPasswordHash: string;
}

interface StoredProject extends Project {
  readonly format: number;
  readonly dropping?: boolean;
}

export class ProjectRegistry {
  readonly #store: ObjectStore;
  readonly #env: Pick<Env, 'clock' | 'random'>;

  constructor(store: ObjectStore, env: Pick<Env, 'clock' | 'random'>) {
    this.#store = store;
    this.#env = env;
  }

  /** Raises `invalid/project-name` and `invalid/project-exists`. */
  async create(name: string, rootPasswordHash: string): Promise<Project> {
    checkProjectName(name);
    const id = `${name}-${toHex(this.#env.random.bytes(ID_BYTES))}`;
    const project: Project = { name, id, createdMs: this.#env.clock.nowMs(), rootPasswordHash };
    const put = await this.#store.put(RECORDS + name, encode({ format: FORMAT, ...project }), { ifAbsent: true });
    if (!put.ok) throw new DbError('invalid', 'project-exists', `there is a project '${name}' already`);
    return project;
  }

  /** Undefined when there is none, or it is being dropped. */
  async find(name: string): Promise<Project | undefined> {
    const found = await this.#store.get(RECORDS + name);
    const project = found === undefined ? undefined : decode(name, found.bytes);
    return project?.dropping === true ? undefined : project;
  }

  async *list(): AsyncGenerator<Project> {
    for await (const { path } of listAll(this.#store, RECORDS)) {
      const project = await this.find(path.slice(RECORDS.length));
      if (project !== undefined) yield project;
    }
  }

  /** Deletes the project with all its bytes. Raises `invalid/no-such-project`. */
  async drop(name: string): Promise<void> {
    const path = RECORDS + name;
    const found = await this.#store.get(path);
    if (found === undefined) throw noSuchProject(name);
    const project = decode(name, found.bytes);
    if (project.dropping !== true) {
      const marked = await this.#store.put(path, encode({ ...project, dropping: true }), { ifMatch: found.etag });
      if (!marked.ok) throw new DbError('conflict', 'project-changed', `project '${name}' is being changed; try again`);
    }
    await this.#deleteBelow(`projects/${project.id}/`);
    await this.#store.delete([path]);
  }

  async #deleteBelow(prefix: string): Promise<void> {
    let batch: string[] = [];
    for await (const { path } of listAll(this.#store, prefix)) {
      batch.push(path);
      if (batch.length < DELETE_BATCH) continue;
      await this.#store.delete(batch);
      batch = [];
    }
    if (batch.length > 0) await this.#store.delete(batch);
  }
}

export function noSuchProject(name: string): DbError {
  return new DbError('invalid', 'no-such-project', `there is no project '${name}'`);
}

function encode(project: StoredProject): Uint8Array<ArrayBuffer> {
  return utf8Encode(`${JSON.stringify(project)}\n`) as Uint8Array<ArrayBuffer>;
}

function decode(name: string, bytes: Uint8Array): StoredProject {
  let project: Partial<StoredProject> | null;
  try {
    project = JSON.parse(utf8Decode(bytes)) as Partial<StoredProject> | null;
  } catch {
    project = null;
  }
  const { format, id, createdMs, rootPasswordHash } = project ?? {};
  const isWhole =
    project?.name === name &&
    typeof id === 'string' &&
    typeof createdMs === 'number' &&
    typeof rootPasswordHash === 'string';
  if (format === FORMAT && isWhole) return project as StoredProject;
  throw new DbError(
    'corrupt',
    'bad-project',
    `the record of project '${name}' cannot be read (format ${String(format)})`,
  );
}
