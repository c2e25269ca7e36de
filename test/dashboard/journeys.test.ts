import { describe, expect, it } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { browserLane, visit } from './support/browser.ts';
import { furnish } from './support/installation.ts';
import { setStage } from './support/stage.ts';

const hex = async (text: string): Promise<string> =>
  Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text))).toString('hex');

describeLane(browserLane, () => {
  const stage = setStage(furnish);

  describe('signing in', () => {
    it('takes a token, and says why it does not take a wrong one', async () => {
      await stage.page.goto(stage.installation.url);
      await stage.page.getByLabel('Token').fill('kici_wrong');
      await stage.page.getByRole('button', { name: 'Sign in' }).click();
      await stage.page.getByRole('alert').getByText('unauthenticated').waitFor();
      await stage.page.getByLabel('Token').fill(stage.installation.token);
      await stage.page.getByRole('button', { name: 'Sign in' }).click();
      await stage.page.getByRole('heading', { name: 'Grid' }).waitFor();
      expect(new URL(stage.page.url()).pathname).toBe('/orgs/default/grid');
    });

    it('takes the address that `kici-admin dashboard` prints, once, and keeps no code in the address', async () => {
      const { stdout } = await stage.admin('dashboard', '--print');
      const address = /https?:\S+/.exec(stdout)?.[0] ?? '';
      await stage.page.goto(address);
      await stage.page.getByRole('heading', { name: 'Grid' }).waitFor();
      expect(stage.page.url()).not.toContain('code');
      await using other = await visit(stage.browser);
      await other.page.goto(address);
      await other.page.getByRole('alert').getByText('unauthenticated').waitFor();
    });

    it('keeps the address that was asked for', async () => {
      await stage.page.goto(`${stage.installation.url}/orgs/default/settings/secrets/internal:staging`);
      await stage.page.getByLabel('Token').fill(stage.installation.token);
      await stage.page.keyboard.press('Enter');
      await stage.page.getByRole('heading', { name: 'internal:staging' }).waitFor();
    });
  });

  it('goes the way that users are told: Settings, Secrets, a scope, a name and a value', async () => {
    await stage.open();
    await stage.page.getByRole('heading', { name: 'Settings' }).waitFor();
    await stage.page.getByRole('link', { name: 'Secrets' }).click();
    await stage.page.getByRole('navigation', { name: 'Scopes' }).getByRole('link', { name: 'production' }).click();
    expect(decodeURIComponent(new URL(stage.page.url()).pathname)).toBe(
      '/orgs/default/settings/secrets/internal:production',
    );
    await stage.page.getByRole('button', { name: 'Add secret' }).click();
    const dialog = stage.page.getByRole('dialog', { name: 'Add secret' });
    await dialog.getByLabel('Name').fill('NEW_KEY');
    await dialog.getByLabel('Value').fill('typed-on-the-page');
    const digest = await hex('typed-on-the-page');
    await dialog.locator(`[data-sha256="${digest}"]`).waitFor();
    await dialog
      .getByText(
        `kici-admin secret set --scope internal:production NEW_KEY --org default --confirm-fingerprint ${digest}`,
      )
      .waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    const row = stage.page.getByRole('row', { name: /NEW_KEY/ });
    await row.getByText('17 bytes').waitFor();
    await row.getByText('local').waitFor();
    const { secrets } = await stage.installation.call('secrets.list', { scope: 'production' });
    expect(secrets.find(({ key }) => key === 'NEW_KEY')).toMatchObject({ status: 'set', version: '1' });
    expect(await stage.page.content()).not.toContain('typed-on-the-page');
  });

  it('replaces, restores and deletes a secret', async () => {
    await stage.installation.call('secrets.set', { scope: 'lifecycle', key: 'KEY', value: 'djE=' });
    await stage.open('/orgs/default/settings/secrets/internal:lifecycle');
    await stage.page.getByRole('button', { name: 'Edit value' }).click();
    await stage.page.getByRole('dialog').getByLabel('Value').fill('second');
    await stage.page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await stage.page.getByRole('row', { name: /KEY/ }).getByText('6 bytes').waitFor();
    await stage.page.getByRole('button', { name: 'History of KEY' }).click();
    await stage.page.getByRole('button', { name: 'Restore version 1' }).click();
    await stage.page.getByText('Restored version 1 of KEY as version 3.').waitFor();
    await stage.page.getByRole('button', { name: 'Delete KEY' }).click();
    const confirm = stage.page.getByRole('dialog', { name: 'Delete KEY' });
    expect(await confirm.getByRole('button', { name: 'Delete secret' }).isDisabled()).toBe(true);
    await confirm.getByLabel('Type KEY to confirm').fill('KEY');
    await confirm.getByRole('button', { name: 'Delete secret' }).click();
    await stage.page.getByText(/Deleted KEY from internal:lifecycle/).waitFor();
  });

  it('shows in the grid who supplies each key, and explains a cell with the wall that nothing passes', async () => {
    await stage.open();
    const row = stage.page.getByRole('row', { name: /DB_PASSWORD/ });
    await row.getByRole('gridcell', { name: 'internal:development' }).waitFor();
    await row.getByRole('gridcell', { name: 'unavailable' }).click();
    const drawer = stage.page.getByRole('complementary', { name: 'Explanation of DB_PASSWORD in production' });
    await drawer.getByText('nothing passes').waitFor();
    await drawer.getByText('corp-vault:apps/shop/db').first().waitFor();
    await drawer.getByText('internal:production DB_PASSWORD').waitFor();
    await drawer.getByText('kici-admin explain --environment production DB_PASSWORD').waitFor();
    expect(new URL(stage.page.url()).search).toBe('?key=DB_PASSWORD&environment=production');
    await stage.page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
  });

  it('filters the grid by key, place and state', async () => {
    await stage.open();
    const keys = stage.page.getByRole('rowheader');
    await stage.page.getByLabel('Filter keys and places').fill('observ');
    await expect.poll(() => keys.allTextContents()).toContain('SENTRY_DSN');
    await stage.page.getByLabel('Filter keys and places').fill('');
    await stage.page.getByLabel('State').selectOption('unset');
    await expect.poll(() => keys.allTextContents()).toEqual(['PAGERDUTY_KEY']);
  });

  it('goes through the grid with the keyboard alone', async () => {
    await stage.open();
    const cell = (index: number) => stage.page.getByRole('row').nth(1).getByRole('gridcell').nth(index);
    await cell(0).focus();
    await stage.page.keyboard.press('ArrowRight');
    await expect.poll(() => cell(1).evaluate((one) => one.matches(':focus'))).toBe(true);
    await stage.page.keyboard.press('Enter');
    await stage.page.getByRole('complementary').waitFor();
    await stage.page.keyboard.press('Escape');
    await expect.poll(() => cell(1).evaluate((one) => one.matches(':focus'))).toBe(true);
  });

  it('finds keys, scopes and pages by Ctrl-K', async () => {
    await stage.open();
    await stage.page.getByRole('rowheader', { name: 'SENTRY_DSN' }).waitFor();
    await stage.page.keyboard.press('Control+k');
    await stage.page.getByRole('combobox', { name: /^Find keys/ }).fill('shop web');
    await stage.page.getByRole('option', { name: 'internal:apps/shop/web' }).waitFor();
    await stage.page.keyboard.press('Enter');
    await stage.page.getByRole('heading', { name: 'internal:apps/shop/web' }).waitFor();
    await stage.page.keyboard.press('Control+k');
    await stage.page.getByRole('combobox', { name: /^Find keys/ }).fill('sentry');
    await stage.page.getByRole('option', { name: 'SENTRY_DSN' }).waitFor();
    await stage.page.keyboard.press('Enter');
    await stage.page.getByRole('complementary', { name: /Explanation of SENTRY_DSN/ }).waitFor();
  });

  it('goes where Enter says at once, though what was typed is not found yet', async () => {
    const entries = Array.from({ length: 60 }, (_, at) => ({ key: `A_${at + 10}`, value: 'dg==' }));
    await stage.installation.call('secrets.import', { scope: 'alphabet', entries });
    await stage.installation.call('secrets.set', { scope: 'alphabet', key: 'ZEBRA', value: 'dg==' });
    await stage.installation.call('environments.create', { name: 'alphabet', bind: ['alphabet'] });
    await stage.open();
    await stage.page.getByRole('rowheader', { name: 'A_10' }).waitFor();
    await stage.page.keyboard.press('Control+k');
    const field = stage.page.getByRole('combobox', { name: /^Find keys/ });
    await stage.page.getByRole('option', { name: 'A_10' }).waitFor();
    await field.fill('zebra');
    await stage.page.keyboard.press('Enter');
    await stage.page.getByRole('complementary', { name: 'Explanation of ZEBRA in alphabet' }).waitFor();
    await stage.page.keyboard.press('Control+k');
    await field.fill('no-such-name');
    await stage.page.keyboard.press('Enter');
    await stage.page.getByRole('status').getByText('Nothing has a name like that.').waitFor();
    await stage.page.keyboard.press('Escape');
    await stage.installation.call('environments.delete', { environment: 'alphabet' });
  });

  it('sets many secrets from a .env file after a review', async () => {
    await stage.installation.call('secrets.set', { scope: 'pasted', key: 'ONE', value: 'MQ==' });
    await stage.open('/orgs/default/settings/secrets/internal:pasted');
    await stage.page.getByRole('button', { name: 'Paste .env' }).click();
    const dialog = stage.page.getByRole('dialog', { name: 'Paste .env' });
    await dialog
      .getByLabel('Contents of a .env file')
      .fill('# comment\nONE=1\nexport TWO="a b"\nnot an assignment\nTHREE=\n');
    await dialog.getByText('Line 4 is neither NAME=value nor a comment.').waitFor();
    await dialog.getByRole('button', { name: 'Review 2 secrets' }).click();
    await dialog.getByRole('row', { name: /ONE/ }).getByText('the same value is there').waitFor();
    await dialog.getByRole('row', { name: /TWO/ }).getByText('new').waitFor();
    await dialog.getByRole('button', { name: 'Apply 2 secrets' }).click();
    await stage.page.getByText('Imported 2 secrets into internal:pasted.').waitFor();
    const { secrets } = await stage.installation.call('secrets.list', { scope: 'pasted' });
    expect(secrets.map(({ key }) => key)).toEqual(['ONE', 'TWO']);
  });

  it('adds a backend by the settings that its type declares, tests it and removes it', async () => {
    await stage.open('/orgs/default/settings/backends');
    await stage.page.getByRole('button', { name: 'Add backend' }).click();
    const dialog = stage.page.getByRole('dialog', { name: 'Add backend' });
    await dialog.getByLabel('Type', { exact: true }).selectOption('vault');
    await dialog.getByLabel('Name', { exact: true }).fill('second-vault');
    await dialog.getByLabel('address', { exact: true }).fill('http://127.0.0.1:9');
    await dialog.getByLabel(/^auth\.method/).selectOption('token');
    await dialog.getByLabel(/^auth\.token/).fill('not-a-token');
    await dialog.getByText(/--set address=http:\/\/127\.0\.0\.1:9 .*--secret auth\.token/).waitFor();
    await dialog.getByRole('button', { name: 'Add backend' }).click();
    const card = stage.page
      .getByRole('listitem')
      .filter({ has: stage.page.getByRole('heading', { name: 'second-vault' }) });
    await card.getByText('set, not shown').waitFor();
    await card.getByRole('button', { name: 'Test' }).click();
    await card.getByRole('alert').waitFor();
    await card.getByRole('button', { name: 'Remove' }).click();
    await stage.page.getByLabel('Type second-vault to confirm').fill('second-vault');
    await stage.page.getByRole('button', { name: 'Remove backend' }).click();
    await card.waitFor({ state: 'detached' });
  });

  it('binds a scope to an environment, and shows what it comes to', async () => {
    await stage.installation.call('environments.create', { name: 'canary' });
    await stage.open('/orgs/default/environments/canary');
    await stage.page.getByRole('button', { name: 'Bind scope' }).click();
    const dialog = stage.page.getByRole('dialog', { name: 'Bind scope to canary' });
    await dialog.getByLabel('Scope or pattern').fill('apps/**');
    await dialog.getByLabel('Priority').fill('5');
    await dialog.getByText('kici-admin environment bind').waitFor();
    const preview = dialog.getByRole('region', { name: 'What changes' });
    await preview.getByRole('row', { name: /STRIPE_KEY appears.*internal:apps\/shop\/web/ }).waitFor();
    expect((await stage.installation.call('environments.show', { environment: 'canary' })).bindings).toEqual([]);
    await dialog.getByRole('button', { name: 'Bind scope' }).click();
    await dialog.waitFor({ state: 'detached' });
    await stage.page
      .getByRole('row', { name: /STRIPE_KEY/ })
      .getByText('internal:apps/shop/web')
      .waitFor();
    await stage.page.getByRole('button', { name: 'Unbind' }).click();
    const unbind = stage.page.getByRole('dialog', { name: 'Unbind apps/**' });
    await unbind.getByRole('row', { name: /STRIPE_KEY vanishes/ }).waitFor();
    await unbind.getByLabel('Type apps/** to confirm').fill('apps/**');
    await unbind.getByRole('button', { name: 'Unbind scope' }).click();
    await stage.page.getByText('canary no longer binds apps/**.').waitFor();
    await stage.installation.call('environments.delete', { environment: 'canary' });
  });

  it('asks before Escape drops what was typed, and goes at once where nothing was', async () => {
    await stage.open('/orgs/default/settings/secrets/internal:staging');
    const dialog = stage.page.getByRole('dialog', { name: 'Add secret' });
    await stage.page.getByRole('button', { name: 'Add secret' }).click();
    await dialog.waitFor();
    await stage.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await stage.page.getByRole('button', { name: 'Add secret' }).click();
    await dialog.getByLabel('Value').fill('typed-for-long');
    await stage.page.keyboard.press('Escape');
    const question = dialog.getByRole('alertdialog');
    await question.getByRole('button', { name: 'Go on' }).click();
    expect(await dialog.getByLabel('Value').inputValue()).toBe('typed-for-long');
    await stage.page.keyboard.press('Escape');
    await question.waitFor();
    await stage.page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: 'Close' }).click();
    await question.getByRole('button', { name: 'Discard' }).click();
    await dialog.waitFor({ state: 'detached' });
  });

  it('locks what the policy switches off, and shows the exact command', async () => {
    await stage.open('/orgs/default/settings/secrets/internal:staging');
    await stage.page.getByRole('button', { name: 'Add secret' }).waitFor();
    expect((await stage.admin('policy', 'set', '--disable', 'secrets.set')).code).toBe(0);
    try {
      await stage.page.reload();
      const locked = stage.page.getByRole('button', { name: 'locked: Add secret' });
      // Names and bindings are still there.
      await stage.page.getByRole('main').getByText('Bound by staging.').waitFor();
      await locked.focus();
      await stage.page.keyboard.press('Enter');
      await stage.page.getByText('kici-admin secret set --scope internal:staging KEY --org default').waitFor();
      await stage.page.getByText('rule secrets.set, set by local').waitFor();
      await stage.page.keyboard.press('Escape');
      await stage.page.getByRole('button', { name: 'locked: Edit value' }).first().click();
      await stage.page.getByText('kici-admin secret set --scope internal:staging API_URL --org default').waitFor();
    } finally {
      await stage.admin('policy', 'reset');
    }
  });

  it('shows each section without a complaint of the browser', async () => {
    await stage.open();
    for (const [link, text] of [
      ['Variables', 'No variable in development yet'],
      ['Backends', 'corp-vault'],
      ['Policy', 'Value entry is open'],
      ['Environments', 'production'],
      ['Jobs', 'Jobs'],
      ['Audit', 'Intact'],
      ['Access', 'this one'],
    ] as const) {
      await stage.page
        .getByRole('navigation', { name: 'Sections' })
        .getByRole('link', { name: link, exact: true })
        .click();
      await stage.page.getByRole('main').getByText(text).first().waitFor();
    }
  });
});
