// Steps of a suite: each prints one line, and the suite ends with 1 when one failed. The server is named by the environment.
export const server = {
  host: '127.0.0.1',
  port: Number(process.env.EBB_PORT),
  user: 'root',
  password: process.env.EBB_PASSWORD ?? '',
  database: process.env.EBB_DATABASE,
};

let failed = 0;

/** The next steps run even when this one fails: they tell more. */
export async function step(name, run) {
  try {
    await run();
    console.log(`ok ${name}`);
  } catch (error) {
    failed++;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const sql = error?.sql ?? error?.query ?? error?.parent?.sql ?? '';
    console.log(`not ok ${name}: ${text}${sql === '' ? '' : `\n    SQL: ${sql}`}`.replaceAll('\n', '\n    '));
  }
}

export function skipped(name, why) {
  console.log(`skipped ${name}: ${why}`);
}

export function finish() {
  process.exit(failed === 0 ? 0 : 1);
}

export function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
