import { expect, it } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { browserLane } from './support/browser.ts';
import { furnish } from './support/installation.ts';
import { choose, press, tabTo, type } from './support/keyboard.ts';
import { setStage } from './support/stage.ts';

/** The page's journeys without a pointer: everything is clicked, filled and focused by keys. */
describeLane(browserLane, () => {
  const stage = setStage(furnish);

  const button = (name: string | RegExp) => stage.page.getByRole('button', { name }).first();
  const inDialog = (name: string | RegExp) => stage.page.getByRole('dialog').getByRole('button', { name });
  const field = (name: string | RegExp) => stage.page.getByRole('dialog').getByLabel(name, { exact: true });
  const section = (name: string) =>
    stage.page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name, exact: true });

  it('signs in, goes to a scope, adds a secret, replaces, restores and deletes it', async () => {
    await stage.page.goto(stage.installation.url);
    await type(stage.page, stage.page.getByLabel('Token'), stage.installation.token);
    await stage.page.keyboard.press('Enter');
    await press(stage.page, section('Secrets'));
    await press(
      stage.page,
      stage.page.getByRole('navigation', { name: 'Scopes' }).getByRole('link', { name: 'staging' }),
    );
    await press(stage.page, button('Add secret'));
    await type(stage.page, field('Name'), 'BY_KEYS');
    await type(stage.page, field('Value'), 'first');
    await press(stage.page, inDialog('Save'));
    const row = stage.page.getByRole('row', { name: /BY_KEYS/ });
    await row.getByText('5 bytes').waitFor();
    await press(stage.page, row.getByRole('button', { name: 'Edit value' }));
    await type(stage.page, field('Value'), 'second');
    await press(stage.page, inDialog('Save'));
    await row.getByText('6 bytes').waitFor();
    await press(stage.page, button('History of BY_KEYS'));
    await press(stage.page, button('Restore version 1'));
    await stage.page.getByText('Restored version 1 of BY_KEYS as version 3.').waitFor();
    await stage.page.keyboard.press('Escape');
    await press(stage.page, button('Delete BY_KEYS'));
    await type(stage.page, field('Type BY_KEYS to confirm'), 'BY_KEYS');
    await stage.page.keyboard.press('Enter');
    await stage.page.getByText(/Deleted BY_KEYS from internal:staging/).waitFor();
  });

  it('filters the grid, explains a cell, closes it and is back where it was', async () => {
    await stage.open();
    await type(stage.page, stage.page.getByLabel('Filter keys and places'), 'DB_PASS');
    await choose(stage.page, stage.page.getByLabel('State'), 'Unavailable');
    await stage.page.getByText(/^1 of \d+ keys/).waitFor();
    const cell = stage.page.getByRole('gridcell', { name: 'unavailable' });
    await tabTo(
      stage.page,
      stage.page
        .getByRole('row', { name: /DB_PASSWORD/ })
        .getByRole('gridcell')
        .first(),
    );
    await stage.page.keyboard.press('ArrowRight');
    await stage.page.keyboard.press('Enter');
    await stage.page.getByRole('complementary').getByText('nothing passes').waitFor();
    await stage.page.keyboard.press('Escape');
    await expect.poll(() => cell.evaluate((one) => one.matches(':focus'))).toBe(true);
  });

  it('pastes a .env file, leaves a name out and applies the rest', async () => {
    await stage.open('/orgs/default/settings/secrets/internal:staging');
    await press(stage.page, button('Paste .env'));
    await tabTo(stage.page, field('Contents of a .env file'));
    await stage.page.keyboard.insertText('TAKEN=1\nNOT_TAKEN=2\n');
    await press(stage.page, inDialog('Review 2 secrets'));
    await tabTo(stage.page, stage.page.getByRole('checkbox', { name: 'NOT_TAKEN' }));
    await stage.page.keyboard.press('Space');
    await press(stage.page, inDialog('Apply 1 secret'));
    await stage.page.getByText('Imported 1 secret into internal:staging.').waitFor();
  });

  it('makes an environment, binds, changes and unbinds a scope, and deletes it', async () => {
    await stage.open();
    await press(stage.page, section('Environments'));
    await press(stage.page, button('New'));
    await type(stage.page, field('Name'), 'by-keys');
    await stage.page.keyboard.press('Enter');
    await stage.page.getByRole('heading', { name: 'by-keys' }).waitFor();
    await press(stage.page, button('Bind scope'));
    await type(stage.page, field('Scope or pattern'), 'staging');
    await stage.page
      .getByRole('dialog')
      .getByRole('row', { name: /DEPLOY_TOKEN appears/ })
      .waitFor();
    await press(stage.page, inDialog('Bind scope'));
    await press(stage.page, button('Change'));
    await type(stage.page, field('Priority'), '4');
    await press(stage.page, inDialog('Save'));
    await stage.page.getByRole('row', { name: /staging 4/ }).waitFor();
    await press(stage.page, button('Unbind'));
    await type(stage.page, field('Type staging to confirm'), 'staging');
    await stage.page.keyboard.press('Enter');
    await stage.page.getByText('Nothing is bound').waitFor();
    await press(stage.page, button('Delete environment'));
    await type(stage.page, field('Type by-keys to confirm'), 'by-keys');
    await stage.page.keyboard.press('Enter');
    await stage.page.getByText('Deleted the environment by-keys.').waitFor();
  });

  it('sets and deletes a variable, and reads why another is locked', async () => {
    await stage.open('/orgs/default/settings/variables/production');
    await press(stage.page, button('Add variable'));
    await type(stage.page, field('Name'), 'A_FIRST');
    await type(stage.page, field('Value'), 'v');
    await press(stage.page, inDialog('Save'));
    await press(stage.page, stage.page.getByRole('row', { name: /A_FIRST/ }).getByRole('button', { name: 'Delete' }));
    await type(stage.page, field('Type A_FIRST to confirm'), 'A_FIRST');
    await stage.page.keyboard.press('Enter');
    await stage.page.getByText('Deleted A_FIRST from production.').waitFor();
    await tabTo(stage.page, button('locked: Change'));
    await stage.page.getByText('This variable is locked').waitFor();
  });

  it('adds a backend, tests it and removes it', async () => {
    await stage.open('/orgs/default/settings/backends');
    await press(stage.page, button('Add backend'));
    await choose(stage.page, field('Type'), 'Vault');
    await type(stage.page, field('Name'), 'by-keys');
    await type(stage.page, field('address'), 'http://127.0.0.1:9');
    await choose(stage.page, stage.page.getByRole('dialog').getByLabel(/^auth\.method/), 'token');
    await type(stage.page, stage.page.getByRole('dialog').getByLabel(/^auth\.token/), 'not-a-token');
    await press(stage.page, inDialog('Add backend'));
    const card = stage.page.getByRole('listitem').filter({ has: stage.page.getByRole('heading', { name: 'by-keys' }) });
    await press(stage.page, card.getByRole('button', { name: 'Test' }));
    await card.getByRole('alert').waitFor();
    await press(stage.page, card.getByRole('button', { name: 'Remove' }));
    await type(stage.page, field('Type by-keys to confirm'), 'by-keys');
    await stage.page.keyboard.press('Enter');
    await card.waitFor({ state: 'detached' });
  });

  it('issues a token and revokes it, finds a page by Ctrl-K, and signs out', async () => {
    await stage.open('/orgs/default/access');
    await press(stage.page, button('Issue token'));
    await type(stage.page, field('Name'), 'by-keys');
    await press(stage.page, inDialog('Issue token'));
    await press(stage.page, inDialog('Done'));
    await press(stage.page, stage.page.getByRole('row', { name: /by-keys/ }).getByRole('button', { name: 'Revoke' }));
    await type(stage.page, field('Type by-keys to confirm'), 'by-keys');
    await stage.page.keyboard.press('Enter');
    await stage.page.getByText('Revoked by-keys.').waitFor();
    await stage.page.keyboard.press('Control+k');
    await stage.page.getByRole('combobox').waitFor();
    await stage.page.keyboard.type('audit');
    await stage.page.keyboard.press('Enter');
    await stage.page.getByRole('heading', { name: 'Audit' }).waitFor();
    await press(stage.page, button('local'));
    await stage.page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
    await stage.page.keyboard.press('End');
    await stage.page.keyboard.press('Enter');
    await stage.page.getByLabel('Token').waitFor();
  });
});
