/** A real browser (Debian's Chromium) that the application tests look through. What it saw is kept as pictures when EBB_PICTURES names a folder. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const PICTURES = process.env['EBB_PICTURES'];
const STEP_TIMEOUT_MS = 60_000;

/** Reason to skip, or undefined to run. With CI=true everything runs, and fails when it cannot. */
export function missing(...paths: readonly string[]): string | undefined {
  if (process.env['CI'] === 'true') return undefined;
  const path = [CHROMIUM, ...paths].find((needed) => !existsSync(needed));
  return path === undefined ? undefined : `${path} is not installed: run script/install-services`;
}

export function openBrowser(): Promise<Browser> {
  // Containers often run as root, where Chromium's sandbox refuses to start; the pages are our own.
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
}

export async function openPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(STEP_TIMEOUT_MS);
  return page;
}

export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}
