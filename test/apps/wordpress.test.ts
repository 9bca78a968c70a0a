/** WordPress (Debian's) with Ebb as its MySQL: installed, a post written, edited, searched and commented, all in a browser. */
import { existsSync, readFileSync } from 'node:fs';
import { type Connection, createConnection } from 'mysql2/promise';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EbbServer } from '../harness/ebb-server.ts';
import { missing, openBrowser, openPage, picture } from './browser.ts';
import { PhpSite } from './php-site.ts';

const SOURCE = '/usr/share/wordpress';
/** The theme draws the wave as a picture, so pages are searched for the text before it. */
const TITLE = 'Spring tide 潮 🌊';
const PASSWORD = 'a long Password 12345';
const reason = missing(`${SOURCE}/wp-settings.php`, `${SOURCE}/wp-content/themes/twentytwentythree`);
if (reason !== undefined) console.warn(`skipped: ${reason}`);

const config = (port: number): string => `<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', '127.0.0.1:${port}'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('AUTOMATIC_UPDATER_DISABLED', true); define('DISABLE_WP_CRON', true);
define('WP_DEBUG', true); define('WP_DEBUG_DISPLAY', false); define('WP_DEBUG_LOG', __DIR__ . '/debug.log');
foreach (['AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT'] as $key) define($key, "test-$key");
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
`;

describe.skipIf(reason !== undefined)('WordPress', () => {
  let ebb: EbbServer;
  let site: PhpSite;
  let browser: Browser;
  let page: Page;
  let database: Connection;

  beforeAll(async () => {
    ebb = await EbbServer.start();
    database = await createConnection({ port: ebb.port, user: 'root', host: '127.0.0.1', charset: 'utf8mb4' });
    await database.query('CREATE DATABASE wordpress');
    await database.query('USE wordpress');
    site = await PhpSite.start(SOURCE, { 'wp-config.php': config(ebb.port) });
    browser = await openBrowser();
    page = await openPage(browser);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await database?.end();
    await site?.stop();
    await ebb?.stop();
  });

  it('installs through its form', async () => {
    await page.goto(`${site.url}/wp-admin/install.php`);
    await page.fill('#weblog_title', 'Ebb’s diary');
    await page.fill('#user_login', 'keeper');
    await page.fill('#pass1', PASSWORD);
    await page.fill('#admin_email', 'keeper@example.com');
    await page.click('#submit');
    await page.waitForSelector('text=Success!');
    await page.goto(`${site.url}/wp-login.php`);
    await page.fill('#user_login', 'keeper');
    await page.fill('#user_pass', PASSWORD);
    await page.click('#wp-submit');
    await page.waitForSelector('#wpadminbar');
    expect(await page.textContent('h1')).toBe('Dashboard');
    await picture(page, 'wordpress-dashboard');
  }, 120_000);

  it('writes, edits and finds a post', async () => {
    await page.goto(`${site.url}/wp-admin/post-new.php`);
    await page.waitForFunction('window.wp?.data?.select("core/editor")?.getCurrentPostId() > 0');
    await publish(TITLE, '<!-- wp:paragraph --><p>The water rose four metres.</p><!-- /wp:paragraph -->');
    await page.goto(`${site.url}/`);
    await page.click('text=Spring tide 潮');
    await page.waitForSelector('text=The water rose four metres.');
    const [rows] = await database.query(
      'SELECT ID AS id, post_title AS title FROM wp_posts WHERE post_content LIKE ? AND post_type = ?',
      ['%four metres%', 'post'],
    );
    expect(rows).toEqual([{ id: expect.any(Number), title: TITLE }]);
    const { id } = (rows as { id: number }[])[0]!;
    await page.goto(`${site.url}/wp-admin/post.php?post=${id}&action=edit`);
    await page.waitForFunction(`window.wp?.data?.select("core/editor")?.getCurrentPostId() === ${id}`);
    await publish(TITLE, '<!-- wp:paragraph --><p>The water rose five metres.</p><!-- /wp:paragraph -->');

    await page.goto(`${site.url}/?s=five+metres`);
    await page.waitForSelector('text=Spring tide 潮');
    await picture(page, 'wordpress-search');
    await page.goto(`${site.url}/?s=four+metres`);
    await page.waitForSelector('text=Search results for');
    // The theme writes "nothing matched" below found posts too, so its absence says nothing.
    expect(await page.locator('main >> text=Spring tide').count()).toBe(0);
  }, 180_000);

  it('takes a comment and shows it', async () => {
    await page.goto(`${site.url}/?p=1`);
    await page.fill('#comment', 'Seen from the pier.');
    await page.click('#submit');
    await page.waitForSelector('text=Seen from the pier.');
    await page.goto(`${site.url}/wp-admin/edit-comments.php`);
    await page.waitForSelector('text=Seen from the pier.');
    await picture(page, 'wordpress-comments');
  }, 120_000);

  it('opens the administration pages that read widely', async () => {
    for (const path of [
      'edit.php',
      'upload.php',
      'users.php',
      'site-health.php?tab=debug',
      'export.php',
      'plugins.php',
    ]) {
      const response = await page.goto(`${site.url}/wp-admin/${path}`);
      expect([path, response?.status()]).toEqual([path, 200]);
      await page.waitForSelector('h1');
    }
  }, 120_000);

  it('met no database error', () => {
    const log = `${site.folder}/debug.log`;
    const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
    expect(lines.filter((line) => /database error|mysqli/i.test(line))).toEqual([]);
  });

  /** The block editor's own calls, as its Publish and Update buttons make them. */
  async function publish(title: string, content: string): Promise<void> {
    await page.evaluate(
      async ([newTitle, newContent]) => {
        const { wp } = globalThis as unknown as {
          wp: {
            data: { dispatch(store: string): Record<string, (value?: unknown) => Promise<unknown>> };
            blocks: { parse(text: string): unknown };
          };
        };
        const editor = wp.data.dispatch('core/editor');
        await editor['resetEditorBlocks']?.(wp.blocks.parse(newContent));
        await editor['editPost']?.({ title: newTitle, status: 'publish' });
        await editor['savePost']?.();
      },
      [title, content] as const,
    );
    await page.waitForFunction('window.wp.data.select("core/editor").didPostSaveRequestSucceed()');
  }
});
