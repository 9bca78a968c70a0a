/**
 * `ebb project create|list|drop`: the projects of a data folder or a bucket, whether a server runs on it or not.
 *
 * Creating and listing need no server and no lock. Dropping a project of a folder wants the folder for itself, since a running
 * server may have the project awake.
 */
import { cachingSha2Hash, SALT_BYTES } from '../engine/index.ts';
import { joinPath, realEnv } from '../env/index.ts';
import { ProjectRegistry, type Project } from '../serverless/index.ts';
import { openStore } from '../store/index.ts';
import { optionsHelp, parseOptions, textOption, type OptionSpec, type Parsed } from './arguments.ts';
import { UsageError } from './errors.ts';

const OPTIONS: Readonly<Record<string, OptionSpec>> = {
  data: { type: 'string', short: 'd', help: '<folder>  data folder of the server (default ./ebb-data)' },
  store: { type: 'string', short: 's', help: '<url>  object store of the server, as given to ebb start' },
  password: { type: 'string', short: 'p', help: '<text>  of the new project’s root (default: a random one, printed)' },
  json: { type: 'boolean', help: 'print JSON' },
};

const HELP = `ebb project <create|list|drop> [name] [options]

A project is a database server of its own, with its own users and databases, on a server that has many. Clients choose it
by their user name: root of the project shop is shop.root.
`;

const PASSWORD_BYTES = 15;

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, OPTIONS);
  if (parsed.values['help'] === true) {
    process.stdout.write(`${HELP}\n${optionsHelp(OPTIONS)}\n`);
    return 0;
  }
  const [action, name, ...rest] = parsed.positionals;
  if (rest.length > 0) throw new UsageError(`ebb project ${action} takes one name, not '${rest.join(' ')}' too`);
  const needsName = action === 'create' || action === 'drop';
  if (needsName !== (name !== undefined) || (action !== 'list' && !needsName))
    throw new UsageError('write ebb project create NAME, ebb project drop NAME, or ebb project list');
  const print = (value: object, text: string): void =>
    void process.stdout.write(parsed.values['json'] === true ? `${JSON.stringify(value)}\n` : text);
  await withRegistry(parsed, action === 'drop', async (registry) => {
    if (action === 'create') await create(registry, name ?? '', parsed, print);
    else if (action === 'drop') {
      await registry.drop(name ?? '');
      print({ dropped: name }, `project ${name} and all its data are gone\n`);
    } else await list(registry, print);
  });
  return 0;
}

type Print = (value: object, text: string) => void;

async function create(registry: ProjectRegistry, name: string, parsed: Parsed, print: Print): Promise<void> {
  const { random } = realEnv();
  const password = textOption(parsed, 'password') ?? Buffer.from(random.bytes(PASSWORD_BYTES)).toString('base64url');
  const project = await registry.create(name, cachingSha2Hash(password, random.bytes(SALT_BYTES)));
  const user = `${name}.root`;
  print(
    { name, user, password, created: new Date(project.createdMs).toISOString() },
    `project ${name} is ready\n  user      ${user}\n  password  ${password}\n  connect   mysql -h HOST -P 4000 -u ${user} -p\n`,
  );
}

async function list(registry: ProjectRegistry, print: Print): Promise<void> {
  const projects: Project[] = [];
  for await (const project of registry.list()) projects.push(project);
  const rows = projects.map(({ name, createdMs }) => ({ name, created: new Date(createdMs).toISOString() }));
  const width = Math.max(7, ...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, created }) => `${name.padEnd(width)}  ${created}\n`);
  print(rows, rows.length === 0 ? 'no projects\n' : `${'PROJECT'.padEnd(width)}  CREATED\n${lines.join('')}`);
}

async function withRegistry(
  parsed: Parsed,
  exclusive: boolean,
  work: (registry: ProjectRegistry) => Promise<void>,
): Promise<void> {
  const env = realEnv();
  const folder = textOption(parsed, 'data') ?? './ebb-data';
  const url = textOption(parsed, 'store');
  const locked = exclusive && url === undefined;
  if (url === undefined && (await env.files.read(joinPath(folder, 'ebb.json'))) === undefined)
    throw new UsageError(
      `${folder} is not a data folder of Ebb; give the server's with --data, or its bucket with --store`,
    );
  const lock = locked ? await env.files.lock(joinPath(folder, 'ebb.lock')) : undefined;
  try {
    const store = await openStore(url ?? `file:${joinPath(folder, 'objects')}`, env);
    try {
      await work(new ProjectRegistry(store, env));
    } finally {
      await store.close();
    }
  } finally {
    await lock?.release();
  }
}
