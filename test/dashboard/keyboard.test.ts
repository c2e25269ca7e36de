import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { browserLane, launchBrowser, visit, type Visit } from './support/browser.ts';
import { furnish, install, type Installation } from './support/installation.ts';
import { choose, press, tabTo, type } from './support/keyboard.ts';
import { signIn } from './support/sign-in.ts';

/** The page's journeys without a pointer: everything is clicked, filled and focused by keys. */
describeLane(browserLane, () => {
  let browser: Browser;
  let installation: Installation;
  let visitor: Visit;
  let page: Page;

  beforeAll(async () => {
    [browser, installation] = await Promise.all([launchBrowser(), install()]);
    await furnish(installation);
  });
  afterAll(async () => {
    await browser?.close();
    await installation?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    visitor = await visit(browser);
    ({ page } = visitor);
  });
  afterEach(async () => {
    expect(visitor.complaints).toEqual([]);
    await visitor[Symbol.asyncDispose]();
  });

  const button = (name: string | RegExp) => page.getByRole('button', { name }).first();
  const inDialog = (name: string | RegExp) => page.getByRole('dialog').getByRole('button', { name });
  const field = (name: string | RegExp) => page.getByRole('dialog').getByLabel(name, { exact: true });
  const section = (name: string) =>
    page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name, exact: true });

  it('signs in, goes to a scope, adds a secret, replaces, restores and deletes it', async () => {
    await page.goto(installation.url);
    await type(page, page.getByLabel('Token'), installation.token);
    await page.keyboard.press('Enter');
    await press(page, section('Secrets'));
    await press(page, page.getByRole('navigation', { name: 'Scopes' }).getByRole('link', { name: 'staging' }));
    await press(page, button('Add secret'));
    await type(page, field('Name'), 'BY_KEYS');
    await type(page, field('Value'), 'first');
    await press(page, inDialog('Save'));
    const row = page.getByRole('row', { name: /BY_KEYS/ });
    await row.getByText('5 bytes').waitFor();
    await press(page, row.getByRole('button', { name: 'Replace value' }));
    await type(page, field('Value'), 'second');
    await press(page, inDialog('Save'));
    await row.getByText('6 bytes').waitFor();
    await press(page, button('History of BY_KEYS'));
    await press(page, button('Restore version 1'));
    await page.getByText('Restored version 1 of BY_KEYS as version 3.').waitFor();
    await page.keyboard.press('Escape');
    await press(page, button('Delete BY_KEYS'));
    await type(page, field('Type BY_KEYS to confirm'), 'BY_KEYS');
    await page.keyboard.press('Enter');
    await page.getByText(/Deleted BY_KEYS from internal:staging/).waitFor();
  });

  it('filters the grid, explains a cell, closes it and is back where it was', async () => {
    await signIn(page, installation);
    await type(page, page.getByLabel('Filter keys and places'), 'DB_PASS');
    await choose(page, page.getByLabel('State'), 'Unavailable');
    const cell = page.getByRole('gridcell', { name: 'unavailable' });
    await tabTo(
      page,
      page
        .getByRole('row', { name: /DB_PASSWORD/ })
        .getByRole('gridcell')
        .first(),
    );
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary').getByText('nothing passes').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => cell.evaluate((one) => one.matches(':focus'))).toBe(true);
  });

  it('pastes a .env file, leaves a name out and applies the rest', async () => {
    await signIn(page, installation, '/orgs/default/settings/secrets/internal:staging');
    await press(page, button('Paste .env'));
    await tabTo(page, field('Contents of a .env file'));
    await page.keyboard.insertText('TAKEN=1\nNOT_TAKEN=2\n');
    await press(page, inDialog('Review 2 secrets'));
    await tabTo(page, page.getByRole('checkbox', { name: 'NOT_TAKEN' }));
    await page.keyboard.press('Space');
    await press(page, inDialog('Apply 1 secret'));
    await page.getByText('Imported 1 secret into internal:staging.').waitFor();
  });

  it('makes an environment, binds, changes and unbinds a scope, and deletes it', async () => {
    await signIn(page, installation);
    await press(page, section('Environments'));
    await press(page, button('New'));
    await type(page, field('Name'), 'by-keys');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'by-keys' }).waitFor();
    await press(page, button('Bind scope'));
    await type(page, field('Scope or pattern'), 'staging');
    await page
      .getByRole('dialog')
      .getByRole('row', { name: /DEPLOY_TOKEN appears/ })
      .waitFor();
    await press(page, inDialog('Bind scope'));
    await press(page, button('Change'));
    await type(page, field('Priority'), '4');
    await press(page, inDialog('Save'));
    await page.getByRole('row', { name: /staging 4/ }).waitFor();
    await press(page, button('Unbind'));
    await type(page, field('Type staging to confirm'), 'staging');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing is bound').waitFor();
    await press(page, button('Delete environment'));
    await type(page, field('Type by-keys to confirm'), 'by-keys');
    await page.keyboard.press('Enter');
    await page.getByText('Deleted the environment by-keys.').waitFor();
  });

  it('sets and deletes a variable, and reads why another is locked', async () => {
    await signIn(page, installation, '/orgs/default/settings/variables/production');
    await press(page, button('Add variable'));
    await type(page, field('Name'), 'A_FIRST');
    await type(page, field('Value'), 'v');
    await press(page, inDialog('Save'));
    await press(page, page.getByRole('row', { name: /A_FIRST/ }).getByRole('button', { name: 'Delete' }));
    await type(page, field('Type A_FIRST to confirm'), 'A_FIRST');
    await page.keyboard.press('Enter');
    await page.getByText('Deleted A_FIRST from production.').waitFor();
    await tabTo(page, button('locked: Change'));
    await page.getByText('This variable is locked').waitFor();
  });

  it('adds a backend, tests it and removes it', async () => {
    await signIn(page, installation, '/orgs/default/settings/backends');
    await press(page, button('Add backend'));
    await choose(page, field('Type'), 'Vault');
    await type(page, field('Name'), 'by-keys');
    await type(page, field('address'), 'http://127.0.0.1:9');
    await choose(page, page.getByRole('dialog').getByLabel(/^auth\.method/), 'token');
    await type(page, page.getByRole('dialog').getByLabel(/^auth\.token/), 'not-a-token');
    await press(page, inDialog('Add backend'));
    const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'by-keys' }) });
    await press(page, card.getByRole('button', { name: 'Test' }));
    await card.getByRole('alert').waitFor();
    await press(page, card.getByRole('button', { name: 'Remove' }));
    await type(page, field('Type by-keys to confirm'), 'by-keys');
    await page.keyboard.press('Enter');
    await card.waitFor({ state: 'detached' });
  });

  it('issues a token and revokes it, finds a page by Ctrl-K, and signs out', async () => {
    await signIn(page, installation, '/orgs/default/access');
    await press(page, button('Issue token'));
    await type(page, field('Name'), 'by-keys');
    await press(page, inDialog('Issue token'));
    await press(page, inDialog('Done'));
    await press(page, page.getByRole('row', { name: /by-keys/ }).getByRole('button', { name: 'Revoke' }));
    await type(page, field('Type by-keys to confirm'), 'by-keys');
    await page.keyboard.press('Enter');
    await page.getByText('Revoked by-keys.').waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('audit');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Audit' }).waitFor();
    await press(page, button('local'));
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByLabel('Token').waitFor();
  });
});
