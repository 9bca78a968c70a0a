/** phpMyAdmin (Debian's) with Ebb as its MySQL: a database made, rows inserted, edited, searched and exported in a browser, and every page opened. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection, type Connection } from 'mysql2/promise';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EbbServer } from '../harness/ebb-server.ts';
import { missing, openBrowser, openPage, picture } from './browser.ts';
import { PhpSite } from './php-site.ts';

const SOURCE = '/usr/share/phpmyadmin';
const reason = missing(`${SOURCE}/libraries/vendor_config.php`);
if (reason !== undefined) console.warn(`skipped: ${reason}`);

const config = (port: number): string => `<?php
$cfg['blowfish_secret'] = 'a secret of thirty-two characters';
$cfg['Servers'][1] = ['auth_type' => 'config', 'host' => '127.0.0.1', 'port' => '${port}', 'user' => 'root', 'password' => '', 'AllowNoPassword' => true];
$cfg['TempDir'] = __DIR__ . '/tmp'; $cfg['VersionCheck'] = false; $cfg['SendErrorReports'] = 'never';
`;

/** All of its pages that show something of a server, a database or a table. */
const PAGES = [
  ...['databases', 'sql', 'status', 'status/processes', 'status/queries', 'status/variables', 'status/monitor'].map(
    (page) => `/server/${page}`,
  ),
  ...['status/advisor', 'privileges', 'binlog', 'replication'].map((page) => `/server/${page}`),
  ...['export', 'import', 'variables', 'collations', 'engines', 'plugins'].map((page) => `/server/${page}`),
  ...[
    'structure',
    'sql',
    'search',
    'operations',
    'events',
    'routines',
    'triggers',
    'export',
    'designer',
    'data-dictionary',
  ].map((page) => `/database/${page}&db=shop`),
  ...['structure', 'search', 'change', 'operations', 'export', 'relation', 'tracking'].map(
    (page) => `/table/${page}&db=shop&table=items`,
  ),
  '/sql&db=shop&table=items&pos=0',
  '/sql&db=information_schema&table=TABLES',
  '/server/privileges&username=root&hostname=localhost',
  '/view/create&db=shop',
];

describe.skipIf(reason !== undefined)('phpMyAdmin', () => {
  let ebb: EbbServer;
  let site: PhpSite;
  let browser: Browser;
  let page: Page;
  let database: Connection;

  beforeAll(async () => {
    ebb = await EbbServer.start();
    database = await createConnection({ port: ebb.port, user: 'root', host: '127.0.0.1' });
    site = await PhpSite.start(SOURCE, { 'config.inc.php': config(ebb.port) });
    mkdirSync(`${site.folder}/tmp`);
    const settings = `${site.folder}/libraries/vendor_config.php`;
    // Debian's copy reads its configuration from /etc.
    writeFileSync(
      settings,
      readFileSync(settings, 'utf8').replace("'/etc/phpmyadmin/config.inc.php'", "__DIR__ . '/../config.inc.php'"),
    );
    browser = await openBrowser();
    page = await openPage(browser);
    page.on('dialog', (dialog) => void dialog.accept());
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await database?.end();
    await site?.stop();
    await ebb?.stop();
  });

  const open = (route: string) => page.goto(`${site.url}/index.php?route=${route}`);

  it('makes a database and a table', async () => {
    await open('/server/databases');
    await page.fill('#text_create_db', 'shop');
    await page.selectOption('select[name=db_collation]', 'utf8mb4_0900_ai_ci');
    await page.click('#buttonGo');
    await page.waitForSelector('text=No tables found in database.');
    expect((await database.query("SHOW DATABASES LIKE 'shop'"))[0]).toHaveLength(1);
    await open('/database/sql&db=shop');
    await run(`CREATE TABLE items (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, price DECIMAL(8,2), note TEXT, KEY by_name (name));
      INSERT INTO items (name, price) VALUES ('anchor', 120.50), ('buoy', 35), ('chart', 9.99)`);
    await page.waitForSelector('text=3 rows inserted.');
  }, 300_000);

  it('inserts a row by its form', async () => {
    await open('/table/change&db=shop&table=items');
    await page.fill('#field_2_3', 'дека');
    await page.fill('#field_3_3', '12.25');
    await page.click('#buttonYes');
    await page.waitForSelector('text=1 row inserted.');
    const [rows] = await database.query('SELECT id, name, price, note FROM shop.items WHERE id = 4');
    expect(rows).toEqual([{ id: 4, name: 'дека', price: '12.25', note: null }]);
  }, 180_000);

  it('edits a row in place and searches', async () => {
    await open('/sql&db=shop&table=items&pos=0');
    await page.dblclick('table.table_results tbody tr:nth-child(2) td[data-type=string]');
    await page.fill('.edit_box >> visible=true', 'red buoy');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=1 row affected.');
    const [rows] = await database.query("SELECT id, price FROM shop.items WHERE name = 'red buoy'");
    expect(rows).toEqual([{ id: 2, price: '35.00' }]);
    await open('/database/search&db=shop');
    await page.fill('input[name=criteriaSearchString]', 'buoy');
    await page.click('#select_all');
    await page.click('#buttonGo');
    await page.waitForSelector('text=1 match in items');
    await picture(page, 'phpmyadmin-search');
  }, 300_000);

  it('exports SQL that makes the same table again', async () => {
    await open('/table/export&db=shop&table=items&single_table=true');
    const download = page.waitForEvent('download');
    await page.click('#buttonGo');
    const dump = readFileSync(await (await download).path(), 'utf8');
    await database.query('CREATE DATABASE copy');
    const copy = await createConnection({
      port: ebb.port,
      user: 'root',
      host: '127.0.0.1',
      database: 'copy',
      multipleStatements: true,
    });
    await copy.query(dump);
    const [rows] = await copy.query('SELECT * FROM copy.items ORDER BY id');
    const [originals] = await copy.query('SELECT * FROM shop.items ORDER BY id');
    await copy.end();
    expect(rows).toEqual(originals);
    expect(rows).toHaveLength(4);
  }, 180_000);

  it.each(PAGES)(
    'opens %s',
    async (route) => {
      const response = await open(route);
      expect(response?.status()).toBe(200);
      await page.waitForSelector('#page_content');
      const errors = await page.$$eval('.alert-danger, #errorModal', (found) =>
        found.map((element) => element.textContent?.trim() ?? ''),
      );
      expect(errors.filter((text) => text !== '')).toEqual([]);
    },
    180_000,
  );

  async function run(sql: string): Promise<void> {
    await page.waitForSelector('#sqlqueryform .CodeMirror');
    await page.evaluate(
      `document.querySelector('#sqlqueryform .CodeMirror').CodeMirror.setValue(${JSON.stringify(sql)})`,
    );
    await page.click('#button_submit_query');
  }
});
