import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { browserLane } from './support/browser.ts';
import { furnish, type Installation } from './support/installation.ts';
import { setStage } from './support/stage.ts';

interface Write {
  readonly what: string;
  readonly path: string;
  readonly opener: string;
  readonly verb: string;
  readonly type: (dialog: Locator) => Promise<unknown>;
  /** What it has made; one of them, however often it was sent. */
  readonly made: (call: Installation['call']) => Promise<number>;
  /** What the form says on the second attempt; absent where that does nothing new. */
  readonly says?: string | RegExp;
}

const fill = (dialog: Locator, label: string, text: string) => dialog.getByLabel(label, { exact: true }).fill(text);
const textsIn = async (dialog: Locator): Promise<readonly string[]> =>
  Promise.all((await dialog.getByRole('textbox').all()).map((one) => one.inputValue()));
const scope = 'settings/secrets/internal:staging';

/** Every kind of write that a person types into a form. */
const writes: readonly Write[] = [
  {
    what: 'secret',
    path: scope,
    opener: 'Add secret',
    verb: 'Save',
    type: async (dialog) => {
      await fill(dialog, 'Name', 'LOST');
      await fill(dialog, 'Value', 'once');
    },
    made: async (call) => (await call('secrets.versions', { scope: 'staging', key: 'LOST' })).versions.length,
    says: /LOST exists already: version 1/,
  },
  {
    what: 'variable',
    path: 'settings/variables/staging',
    opener: 'Add variable',
    verb: 'Save',
    type: async (dialog) => {
      await fill(dialog, 'Name', 'LOST_REGION');
      await fill(dialog, 'Value', 'once');
    },
    made: async (call) => (await call('variables.list', { environment: 'staging' })).variables.length,
    says: /What is stored now is what you typed/,
  },
  {
    what: 'new environment',
    path: 'environments',
    opener: 'New',
    verb: 'Create environment',
    type: (dialog) => fill(dialog, 'Name', 'lost'),
    made: async (call) =>
      (await call('environments.list', {})).environments.filter(({ name }) => name === 'lost').length,
    says: 'conflict',
  },
  {
    what: 'binding',
    path: 'environments/staging',
    opener: 'Bind scope',
    verb: 'Bind scope',
    type: (dialog) => fill(dialog, 'Scope or pattern', 'apps/**'),
    made: async (call) =>
      (await call('environments.show', { environment: 'staging' })).bindings.filter((one) => one.scope === 'apps/**')
        .length,
    says: /One like this is there now/,
  },
  {
    what: 'backend',
    path: 'settings/backends',
    opener: 'Add backend',
    verb: 'Add backend',
    type: async (dialog) => {
      await fill(dialog, 'Name', 'lost');
      await fill(dialog, 'address', 'http://127.0.0.1:9');
      await dialog.getByLabel(/^auth\.method/).selectOption('token');
      await dialog.getByLabel(/^auth\.token/).fill('not-a-token');
    },
    made: async (call) => (await call('backends.list', {})).backends.filter(({ name }) => name === 'lost').length,
    says: 'conflict',
  },
  {
    what: 'token',
    path: 'access',
    opener: 'Issue token',
    verb: 'Issue token',
    type: (dialog) => fill(dialog, 'Name', 'lost'),
    made: async (call) => (await call('tokens.list', {})).tokens.filter(({ name }) => name === 'lost').length,
    says: /One like this is there now/,
  },
];

describeLane(browserLane, () => {
  const stage = setStage(furnish);

  /** Drops the answer of the next write. */
  async function cutNext(page: Page): Promise<void> {
    let isCut = false;
    await page.route('**/api/v1/**', async (route) => {
      const method = route.request().method();
      if (isCut || method === 'GET') return route.fallback();
      isCut = true;
      await route.fetch();
      return route.abort('connectionreset');
    });
  }

  // Of the others `killed.test.ts` knows.
  it.each(writes.filter(({ what }) => what !== 'token'))(
    'a $what whose answer is lost is not made twice, and nothing that was typed is lost',
    async (write) => {
      const { page, installation } = stage;
      await cutNext(page);
      await stage.open(`/orgs/default/${write.path}`);
      await page.getByRole('button', { name: write.opener, exact: true }).click();
      const dialog = page.getByRole('dialog');
      await write.type(dialog);
      const typed = await textsIn(dialog);
      const send = dialog.getByRole('button', { name: write.verb, exact: true });
      await send.click();
      // The list behind a form may tell sooner than the form that it is not known.
      await dialog
        .getByText(/not known whether this was done|exists already|is stored now/)
        .first()
        .waitFor();
      await page.getByText('The orchestrator does not answer.').waitFor({ state: 'detached' });
      expect(await textsIn(dialog)).toEqual(typed);
      if (!/One like|is stored now/.test(String(write.says))) await send.click();
      await dialog
        .getByText(write.says ?? '')
        .first()
        .waitFor();
      expect(await write.made(installation.call)).toBe(1);
    },
  );

  it("what is sent again before it can be seen is not called another person's, and another name is", async () => {
    const { page } = stage;
    let isListed = true;
    let isLost = true;
    await page.route('**/api/v1/**', async (route) => {
      const isRead = route.request().method() === 'GET';
      if (isRead) return isListed || !route.request().url().includes('/variables') ? route.fallback() : route.abort();
      isListed = !isLost;
      if (isLost) await route.fetch();
      return isLost ? route.abort('connectionreset') : route.fallback();
    });
    await stage.open('/orgs/default/settings/variables/staging');
    await page.getByRole('button', { name: 'Add variable', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await fill(dialog, 'Name', 'MINE');
    await fill(dialog, 'Value', 'once');
    const send = dialog.getByRole('button', { name: 'Save', exact: true });
    await send.click();
    await dialog.getByText(/not known whether this was done/).waitFor();
    isLost = false;
    await send.click();
    await dialog.getByText(/What is stored now is what you typed/).waitFor();
    await stage.installation.call('variables.set', { environment: 'staging', name: 'THEIRS', value: 'other' });
    await fill(dialog, 'Name', 'THEIRS');
    await dialog.getByText(/THEIRS exists already/).waitFor();
    await dialog.getByText(/and nothing was stored/).waitFor();
  });

  it('a version that was to be replaced is not that of another name', async () => {
    const { page, installation } = stage;
    await installation.call('secrets.set', { scope: 'staging', key: 'REPLACED', value: 'djE=' });
    await stage.open(`/orgs/default/${scope}`);
    await page.getByRole('button', { name: 'Add secret', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await fill(dialog, 'Name', 'REPLACED');
    await fill(dialog, 'Value', 'mine');
    const save = dialog.getByRole('button', { name: 'Save', exact: true });
    await save.click();
    await dialog.getByText(/REPLACED exists already/).waitFor();
    const refused = page.waitForEvent('requestfailed');
    await page.route('**/api/v1/**', (route) =>
      route.request().method() === 'GET' ? route.fallback() : route.abort(),
    );
    await dialog.getByRole('button', { name: 'Replace version 1' }).click();
    await refused;
    await page.unroute('**/api/v1/**');
    await fill(dialog, 'Name', 'OF_ANOTHER_NAME');
    await save.click();
    await page.getByText(/Set OF_ANOTHER_NAME in internal:staging/).waitFor();
  });

  it.each(writes.filter(({ says }) => String(says).includes('One like')))(
    'a $what that was made, and whose answer is a failure, is not made twice',
    async (write) => {
      const { page, installation } = stage;
      let isMade = false;
      let isListed = false;
      const refused = page.waitForResponse((response) => response.status() === 503);
      await page.route('**/api/v1/**', async (route) => {
        if (route.request().method() === 'GET') return isMade && !isListed ? route.abort() : route.fallback();
        if (isMade) return route.fallback();
        // A list from before it was made says nothing.
        const list = page.waitForResponse((answer) => answer.request().method() === 'GET' && answer.ok());
        await installation.call('tokens.create', { name: 'another', role: 'auditor' });
        await installation.call('bindings.add', { environment: 'staging', scope: crypto.randomUUID() });
        await list;
        const response = await route.fetch();
        isMade = true;
        const json = { error: 'database_unavailable', message: 'it went away', hint: 'try again', requestId: 'r' };
        return route.fulfill({ response, status: 503, json });
      });
      const before = await write.made(installation.call);
      await stage.open(`/orgs/default/${write.path}`);
      await page.getByRole('button', { name: write.opener, exact: true }).click();
      const dialog = page.getByRole('dialog');
      await write.type(dialog);
      const send = dialog.getByRole('button', { name: write.verb, exact: true });
      await send.click();
      await refused;
      await dialog.getByText('It went away.').waitFor();
      expect(await send.isDisabled()).toBe(true);
      isListed = true;
      await dialog
        .getByText(write.says ?? '')
        .first()
        .waitFor();
      expect(await send.isDisabled()).toBe(true);
      expect(await write.made(installation.call)).toBe(before + 1);
    },
  );
});
