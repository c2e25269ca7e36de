import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser, visit } from './support/browser.ts';
import { furnish, install } from './support/installation.ts';
import { signIn } from './support/sign-in.ts';

/**
 * Takes pictures of every page in both themes and three widths, into `screenshots/`; arguments select pages by name.
 */
const folder = join(import.meta.dirname, '../../screenshots');
const widths = [360, 768, 1440];
const schemes = ['light', 'dark'] as const;

interface Shot {
  readonly name: string;
  readonly path: string;
  /** What must be visible before the picture. */
  readonly text: string;
  readonly act?: (page: Page) => Promise<unknown>;
}

const org = '/orgs/default';
const shots: readonly Shot[] = [
  { name: 'grid', path: `${org}/grid`, text: 'SENTRY_DSN' },
  { name: 'explain', path: `${org}/grid?key=DB_PASSWORD&environment=production`, text: 'nothing passes' },
  { name: 'secrets', path: `${org}/settings/secrets`, text: 'observability' },
  { name: 'scope', path: `${org}/settings/secrets/internal:production`, text: 'PAGERDUTY_KEY' },
  {
    name: 'add-secret',
    path: `${org}/settings/secrets/internal:production`,
    text: 'PAGERDUTY_KEY',
    act: async (page) => {
      await page.getByRole('button', { name: 'Add secret' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill('STRIPE_KEY');
      await page.getByRole('dialog').getByLabel('Value').fill('an-example');
      await page.locator('[data-sha256]:not([data-sha256=""])').waitFor();
    },
  },
  {
    name: 'paste-env',
    path: `${org}/settings/secrets/internal:production`,
    text: 'PAGERDUTY_KEY',
    act: async (page) => {
      await page.getByRole('button', { name: 'Paste .env' }).click();
      await page.getByLabel('Contents of a .env file').fill('DB_PASSWORD=new\nREDIS_URL="redis://cache"\nEMPTY=\n');
      await page.getByRole('button', { name: 'Review 2 secrets' }).click();
      await page.getByText('replaces what is there').waitFor();
    },
  },
  { name: 'history', path: `${org}/settings/secrets/internal:production?secret=DB_PASSWORD`, text: 'Restore version' },
  { name: 'variables', path: `${org}/settings/variables/production`, text: 'LOG_LEVEL' },
  {
    name: 'locked',
    path: `${org}/settings/variables/production`,
    text: 'REGION',
    act: async (page) => {
      await page.getByRole('button', { name: 'locked: Change' }).click();
      await page.getByText('This variable is locked').waitFor();
    },
  },
  { name: 'backends', path: `${org}/settings/backends`, text: 'corp-vault' },
  {
    name: 'add-backend',
    path: `${org}/settings/backends`,
    text: 'corp-vault',
    act: async (page) => {
      await page.getByRole('button', { name: 'Add backend' }).click();
      await page.getByRole('dialog').getByLabel('Name', { exact: true }).waitFor();
    },
  },
  { name: 'policy', path: `${org}/settings/policy`, text: 'secrets.set' },
  { name: 'environments', path: `${org}/environments`, text: 'bindings' },
  { name: 'environment', path: `${org}/environments/production`, text: 'corp-vault:apps/shop/db' },
  { name: 'jobs', path: `${org}/jobs`, text: 'release' },
  { name: 'audit', path: `${org}/audit`, text: 'Intact' },
  { name: 'access', path: `${org}/access`, text: 'auditor' },
  {
    name: 'palette',
    path: `${org}/grid`,
    text: 'SENTRY_DSN',
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: /^Find keys/ }).fill('prod');
      await page.getByRole('option').first().waitFor();
    },
  },
];

const wanted = process.argv.slice(2);
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await using installation = await install();
await furnish(installation);
const browser = await launchBrowser();
try {
  for (const scheme of schemes)
    for (const width of widths) {
      await using visitor = await visit(browser, { width, height: width < 720 ? 740 : 900, scheme });
      const { page } = visitor;
      const picture = (name: string): Promise<unknown> =>
        page.screenshot({ path: join(folder, `${name}-${width}-${scheme}.png`), animations: 'disabled' });
      await page.goto(installation.url);
      await page.getByLabel('Token').waitFor();
      if (wanted.length === 0 || wanted.includes('sign-in')) await picture('sign-in');
      await signIn(page, installation);
      for (const { name, path, text, act } of shots) {
        if (wanted.length > 0 && !wanted.includes(name)) continue;
        try {
          await page.goto(installation.url + path);
          await page.getByText(text).filter({ visible: true }).first().waitFor();
          await act?.(page);
          await page.locator('[aria-label^="Loading"]').first().waitFor({ state: 'detached' });
          await picture(name);
        } catch (error) {
          process.exitCode = 1;
          console.error(`${name} at ${width}, ${scheme}: ${String(error)}`);
        }
      }
      for (const complaint of visitor.complaints) console.log(`${width} ${scheme}: ${complaint}`);
    }
} finally {
  await browser.close();
}
console.log(`pictures are in ${folder}`);
