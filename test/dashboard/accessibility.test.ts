import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { browserLane } from './support/browser.ts';
import { furnish } from './support/installation.ts';
import { setStage } from './support/stage.ts';
import { lacks, timesAnnounced } from './support/tree.ts';

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Findings that keep people out, or worse, in words. */
async function findings(page: Page, rules: object): Promise<string[]> {
  // The debugger evaluates it, which the page's security policy does not restrict.
  if (!(await page.evaluate<boolean>(`'axe' in window`))) await page.evaluate(axe);
  const found = await page.evaluate(
    `axe.run(document, ${JSON.stringify({ resultTypes: ['violations'], ...rules })}).then(({ violations }) => violations)`,
  );
  // The type that axe documents.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (found as Finding[])
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)}: ${failureSummary}`),
    );
}

/** Of another theme, everything but the colours is the same. */
const themes = {
  light: {},
  dark: { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } },
} as const;

const org = '/orgs/default';
const pages = [
  [`${org}/grid?key=DB_PASSWORD&environment=production`, 'nothing passes'],
  [`${org}/settings/secrets/internal:production?secret=DB_PASSWORD`, 'Restore version 1'],
  [`${org}/settings/secrets`, 'observability'],
  [`${org}/settings/variables/production`, 'REGION'],
  [`${org}/settings/backends`, 'corp-vault'],
  [`${org}/settings/policy`, 'secrets.set'],
  [`${org}/environments`, 'staging'],
  [`${org}/environments/production`, 'corp-vault:apps/shop/db'],
  [`${org}/jobs`, 'release'],
  [`${org}/audit`, 'Intact'],
  [`${org}/access`, 'auditor'],
] as const;

describeLane(browserLane, () => {
  const stage = setStage(furnish);

  it('axe finds nothing serious on any page in either theme, and the tree that is read aloud lacks nothing, however little room there is', async () => {
    const { page, installation } = stage;
    const wrong: string[] = [];
    const look = async (name: string): Promise<void> => {
      for (const lack of await lacks(page)) wrong.push(`${name}: ${lack}`);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        for (const finding of await findings(page, themes[colorScheme]))
          wrong.push(`${name}, ${colorScheme}: ${finding}`);
      }
    };
    await page.goto(installation.url);
    await page.getByLabel('Token').waitFor();
    await look('sign-in');
    await stage.open();
    for (const [path, text] of pages) {
      const isThere = () => page.getByRole('main').getByText(text).filter({ visible: true }).first().waitFor();
      await stage.goTo(path);
      await isThere();
      await look(path);
      await page.setViewportSize({ width: 360, height: 740 });
      await isThere();
      for (const lack of await lacks(page)) wrong.push(`${path}, narrow: ${lack}`);
      await page.setViewportSize({ width: 1440, height: 900 });
    }
    await stage.goTo(`${org}/settings/secrets/internal:production`);
    await page.getByRole('button', { name: 'Add secret' }).click();
    await page.getByRole('dialog').waitFor();
    await look('add secret');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('option').first().waitFor();
    await look('palette');
    expect(wrong).toEqual([]);
  });

  it('a page says its title when it comes, and what was done or copied once', async () => {
    const { page, installation } = stage;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: installation.url });
    await stage.open();
    await page.getByRole('link', { name: 'Secrets' }).click();
    await expect.poll(() => timesAnnounced(page, 'Secrets')).toBe(1);
    expect(await page.title()).toBe('Secrets · KiCI secrets');
    await page.getByRole('button', { name: 'New scope' }).click();
    await page.getByRole('dialog').getByLabel('Scope').fill('said-once');
    await page.getByRole('dialog').getByRole('button', { name: 'Copy' }).click();
    await expect.poll(() => timesAnnounced(page, 'Copied')).toBe(1);
    await page.getByRole('dialog').getByRole('button', { name: 'Create scope' }).click();
    await page.getByRole('heading', { name: 'internal:said-once' }).waitFor();
    expect(await timesAnnounced(page, 'Created')).toBe(1);
  });

  it('a dialog takes the focus, keeps it, and gives it back', async () => {
    const { page } = stage;
    await stage.open(`${org}/settings/variables/production`);
    const opener = page.getByRole('button', { name: 'Add variable' });
    await opener.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Add variable to production' });
    await dialog.waitFor();
    const hasFocus = () => dialog.evaluate((element) => element.matches(':focus-within'));
    for (let stop = 0; stop < 10; stop += 1) {
      expect(await hasFocus()).toBe(true);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Escape');
    await expect.poll(() => opener.evaluate((element) => element.matches(':focus'))).toBe(true);
  });
});
