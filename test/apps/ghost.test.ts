/** Ghost, a Node CMS whose only production database is MySQL 8, on Ebb: migrated, set up, a post written, published, edited and found, in a browser. */
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EbbServer } from '../harness/ebb-server.ts';
import { freePort, Process, removeFolder, sleep, temporaryFolder } from '../harness/processes.ts';
import { missing, openBrowser, openPage, picture } from './browser.ts';

const SOURCE = join(import.meta.dirname, '../../.cache/ghost-5.130.6');
const PASSWORD = 'tide-and-moon-41';
const START_TIMEOUT_MS = 120_000;
const reason = missing(join(SOURCE, '.installed'));
if (reason !== undefined) console.warn(`skipped: ${reason}`);

class Ghost {
  readonly url: string;
  readonly folder = temporaryFolder('ghost');
  readonly #process: Process;

  constructor(port: number, mysqlPort: number) {
    this.url = `http://127.0.0.1:${port}`;
    // Everything of the installation but its content and configuration, which are this test's own.
    for (const name of readdirSync(SOURCE)) {
      if (name !== 'content') symlinkSync(join(SOURCE, name), join(this.folder, name));
    }
    cpSync(join(SOURCE, 'content'), join(this.folder, 'content'), { recursive: true });
    mkdirSync(join(this.folder, 'content/logs'), { recursive: true });
    const config = {
      url: this.url,
      server: { host: '127.0.0.1', port },
      database: {
        client: 'mysql2',
        connection: { host: '127.0.0.1', port: mysqlPort, user: 'root', password: '', database: 'ghost' },
      },
      mail: { transport: 'stub', from: 'ghost@example.com' },
      logging: { level: 'info', transports: ['stdout'] },
      paths: { contentPath: join(this.folder, 'content') },
      privacy: { useUpdateCheck: false, useGravatar: false, useRpcPing: false },
      security: { staffDeviceVerification: false },
    };
    writeFileSync(join(this.folder, 'config.production.json'), JSON.stringify(config));
    this.#process = new Process(
      'bash',
      [
        '-c',
        'cd "$1" && exec "$2" --preserve-symlinks --preserve-symlinks-main index.js',
        'ghost',
        this.folder,
        process.execPath,
      ],
      `${this.folder}.log`,
      { NODE_ENV: 'production' },
    );
  }

  log(): string {
    return this.#process.log();
  }

  async waitUntilReady(): Promise<void> {
    const end = Date.now() + START_TIMEOUT_MS;
    while (!this.log().includes('Ghost booted')) {
      if (this.#process.hasExited || Date.now() > end) throw new Error(`Ghost did not start:\n${this.log()}`);
      await sleep(100);
    }
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    removeFolder(this.folder);
  }
}

describe.skipIf(reason !== undefined)('Ghost', () => {
  let ebb: EbbServer;
  let ghost: Ghost;
  let browser: Browser;
  let page: Page;
  let database: Connection;

  beforeAll(async () => {
    ebb = await EbbServer.start();
    database = await createConnection({ port: ebb.port, user: 'root', host: '127.0.0.1' });
    await database.query('CREATE DATABASE ghost');
    await database.query('USE ghost');
    ghost = new Ghost(await freePort(), ebb.port);
    await ghost.waitUntilReady();
    browser = await openBrowser();
    page = await openPage(browser);
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await ghost?.stop();
    await database?.end();
    await ebb?.stop();
  });

  it('is set up by its form', async () => {
    await page.goto(`${ghost.url}/ghost/#/setup`);
    await page.fill('#blog-title', 'Ebb’s diary');
    await page.fill('#name', 'Keeper');
    await page.fill('#email', 'keeper@example.com');
    await page.fill('#password', PASSWORD);
    await page.click('[data-test-button="setup"]');
    await page.waitForURL(/#\/(dashboard|setup\/done|setup\/onboarding)/);
    const [rows] = await database.query('SELECT name, status FROM users');
    expect(rows).toContainEqual({ name: 'Keeper', status: 'active' });
    await picture(page, 'ghost-admin');
  }, 300_000);

  it('publishes a post and shows it', async () => {
    await page.goto(`${ghost.url}/ghost/#/editor/post`);
    await page.fill('[data-test-editor-title-input]', 'Spring tide 潮 🌊');
    await page.click('[data-lexical-editor]');
    await page.keyboard.type('The water rose four metres.');
    await page.click('[data-test-button="publish-flow"]');
    await page.click('[data-test-button="continue"]');
    // The button pulses, so it never stands still long enough for an ordinary click.
    await page.dispatchEvent('[data-test-button="confirm-publish"]', 'click');
    await page.waitForFunction('!document.querySelector(\'[data-test-button="confirm-publish"]\')');
    await page.goto(`${ghost.url}/`);
    await page.click('text=Spring tide 潮 🌊');
    await page.waitForSelector('text=The water rose four metres.');
    await picture(page, 'ghost-post');
  }, 300_000);

  it('edits the post and finds it', async () => {
    const [rows] = await database.query("SELECT id, slug FROM posts WHERE title LIKE 'Spring tide%'");
    const { id, slug } = (rows as { id: string; slug: string }[])[0]!;
    await page.goto(`${ghost.url}/ghost/#/editor/post/${id}`);
    await page.click('[data-lexical-editor] >> text=four metres');
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' And fell again.');
    await page.click('[data-test-button="publish-save"]');
    await page.waitForSelector('text=Post updated');
    await page.goto(`${ghost.url}/${slug}/`);
    await page.waitForSelector('text=And fell again.');

    // Otherwise the list congratulates the author, over everything else.
    await page.evaluate("localStorage.removeItem('ghost-last-published-post')");
    await page.goto(`${ghost.url}/ghost/#/posts`);
    await page.waitForSelector('.gh-posts-list-item:has-text("Spring tide")');
    await page.click('[data-test-button="search"]');
    // Typed slowly: each key asks again, and the last answer counts.
    await page.locator('.gh-nav-search-input input').pressSequentially('spring', { delay: 100 });
    await page.waitForSelector('.gh-nav-search-modal li:has-text("Spring tide") >> visible=true');
    await picture(page, 'ghost-search');
  }, 300_000);

  it('met no database error', () => {
    const bad = /\bER_[A-Z]|errno|sqlMessage|DatabaseError|\b50\d\b.*ms/;
    expect(
      ghost
        .log()
        .split('\n')
        .filter((line) => bad.test(line)),
    ).toEqual([]);
  });
});
