import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { browserLane } from './support/browser.ts';
import { furnish } from './support/installation.ts';
import { setStage } from './support/stage.ts';

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Findings that keep people out, or worse, in words. */
async function findings(page: Page): Promise<string[]> {
  // The debugger evaluates it, which the page's security policy does not restrict.
  await page.evaluate(axe);
  const found = await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)`,
  );
  // The type that axe documents.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (found as Finding[])
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)}: ${failureSummary}`),
    );
}

const org = '/orgs/default';
const pages = [
  [`${org}/grid?key=DB_PASSWORD&environment=production`, 'nothing passes'],
  [`${org}/settings/secrets/internal:production?secret=DB_PASSWORD`, 'Restore version 1'],
  [`${org}/settings/variables/production`, 'REGION'],
  [`${org}/settings/backends`, 'corp-vault'],
  [`${org}/settings/policy`, 'secrets.set'],
  [`${org}/environments/production`, 'corp-vault:apps/shop/db'],
  [`${org}/jobs`, 'release'],
  [`${org}/audit`, 'Intact'],
  [`${org}/access`, 'auditor'],
] as const;

describeLane(browserLane, () => {
  const stage = setStage(furnish);

  it('axe finds nothing serious on any page in either theme', async () => {
    const { page, installation } = stage;
    const wrong: string[] = [];
    const look = async (name: string): Promise<void> => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        for (const finding of await findings(page)) wrong.push(`${name}, ${colorScheme}: ${finding}`);
      }
    };
    await page.goto(installation.url);
    await page.getByLabel('Token').waitFor();
    await look('sign-in');
    await stage.open();
    for (const [path, text] of pages) {
      await page.goto(installation.url + path);
      await page.getByText(text).first().waitFor();
      await look(path);
    }
    await page.goto(`${installation.url}${org}/settings/secrets/internal:production`);
    await page.getByRole('button', { name: 'Add secret' }).click();
    await page.getByRole('dialog').waitFor();
    await look('add secret');
    expect(wrong).toEqual([]);
  });
});
