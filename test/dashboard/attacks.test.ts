import type { Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { browserLane } from './support/browser.ts';
import { furnish } from './support/installation.ts';
import { setStage } from './support/stage.ts';
import { signIn } from './support/sign-in.ts';

const org = '/orgs/default';
const script = `"><img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
/** Turns the direction of what follows, so that a name reads as another. */
const turned = 'ci\u202enimda';

/** What somebody has chosen who may use the API, and others see: one hostile text in each field that takes any. */
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describeLane(browserLane, () => {
  const stage = setStage(async (installation) => {
    await furnish(installation);
    const { call } = installation;
    await call('tokens.create', { name: script, role: 'auditor' });
    await call('tokens.create', { name: turned, role: 'auditor' });
    await call('variables.set', { environment: 'production', name: 'HOSTILE', value: script });
    await call('secrets.import', { scope: 'hostile', entries: [{ key: 'A', value: 'dg==' }], reason: script });
    await call('jobs.open', {
      environment: 'production',
      workflow: script,
      job: turned,
      agentPublicKey: base64('x'.repeat(32)),
    });
  });

  const places = [
    ['access', script],
    ['jobs', script],
    ['audit', script],
    ['settings/variables/production', script],
    [`grid?${new URLSearchParams({ key: script, environment: script }).toString()}`, ''],
    [`settings/secrets/${encodeURIComponent(script)}`, ''],
    [`environments/${encodeURIComponent(script)}`, ''],
    [`settings/variables/${encodeURIComponent(script)}`, ''],
  ] as const;
  it('a hostile name is text wherever it shows, and whatever address has it', async () => {
    const { page, installation } = stage;
    await stage.open();
    for (const [path, text] of places) {
      await page.goto(`${installation.url}${org}/${path}`);
      await page.getByRole('navigation', { name: 'Sections' }).waitFor();
      if (text !== '') await page.getByText(text, { exact: false }).first().waitFor();
      await page.locator('[aria-label^="Loading"]').first().waitFor({ state: 'detached' });
      expect([path, await page.locator('img[src="x"], script:not([src])').count()]).toEqual([path, 0]);
      expect([path, await page.title()]).not.toEqual([path, 'owned']);
    }
  });

  it('a name that would read as another shows what turns it', async () => {
    const { page } = stage;
    await stage.open();
    for (const path of ['access', 'jobs']) {
      await stage.goTo(`${org}/${path}`);
      await page
        .getByText(String.raw`ci\u202enimda`)
        .first()
        .waitFor();
      expect(await page.getByText(turned).count()).toBe(0);
    }
  });

  it('a draft is not sent as somebody else, whom another tab has signed in', async () => {
    const { page, installation } = stage;
    await stage.open(`${org}/settings/secrets/internal:staging`);
    await page.getByRole('button', { name: 'Edit value' }).first().click();
    const dialog = page.getByRole('dialog', { name: /^Edit the value/ });
    await dialog.getByLabel('Value').fill('typed-as-the-owner');
    const { token } = await installation.call('tokens.create', { name: 'other', role: 'admin' });
    const tab = await page.context().newPage();
    await signIn(tab, { ...installation, token });
    await tab.close();
    const ended = page.getByRole('dialog', { name: 'Your session has ended' });
    await ended.getByText('you were local').waitFor();
    await ended.getByLabel('Token').fill(installation.token);
    await ended.getByRole('button', { name: 'Sign in' }).click();
    await ended.waitFor({ state: 'detached' });
    expect(await dialog.getByLabel('Value').inputValue()).toBe('typed-as-the-owner');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    const { rows } = await installation.call('audit.list', { operation: 'secrets.set', limit: 2 });
    expect(rows[0]?.actor).toContain(':local');
  });

  describe('where its stream is broken, somebody else whom another tab has signed in', () => {
    // What asks to sign in again lies over it.
    const dialog = () => stage.page.getByRole('dialog', { name: /^Edit the value/, includeHidden: true });
    const ended = () => stage.page.getByRole('dialog', { name: 'Your session has ended' });

    async function typeAndBecomeAnother(stream: (route: Route) => unknown): Promise<void> {
      const { page, installation } = stage;
      await page.route('**/events', stream);
      await stage.open(`${org}/settings/secrets/internal:staging`);
      await page.getByRole('button', { name: 'Edit value' }).first().click();
      await dialog().getByLabel('Value').fill('typed-as-the-owner');
      const { token } = await installation.call('tokens.create', { name: 'another', role: 'admin' });
      const tab = await page.context().newPage();
      await signIn(tab, { ...installation, token });
      await tab.close();
    }

    async function isNotSent(): Promise<void> {
      await ended().getByText('you were local').waitFor();
      expect(await dialog().getByLabel('Value').inputValue()).toBe('typed-as-the-owner');
      const { rows } = await stage.installation.call('audit.list', { operation: 'secrets.set', actor: 'another' });
      expect(rows).toEqual([]);
    }

    it('does not send a draft, whose header is not theirs', async () => {
      // Nothing tells the page before it saves.
      await typeAndBecomeAnother(() => undefined);
      const refused = stage.page.waitForResponse((response) => response.request().method() === 'PUT');
      await dialog().getByRole('button', { name: 'Save' }).click();
      expect((await refused).status()).toBe(403);
      await isNotSent();
    });

    it('does not lend this page their session', async () => {
      // A page whose stream is refused looks every few seconds.
      await typeAndBecomeAnother((route) => route.abort());
      await isNotSent();
    });
  });

  it('a tab that comes back into sight reads nothing as somebody else, whom another tab has signed in', async () => {
    const { page, installation } = stage;
    const { token } = await installation.call('tokens.create', { name: 'narrow', role: 'admin', scopes: ['team/**'] });
    await signIn(page, { ...installation, token }, `${org}/access`);
    await page.getByRole('banner').getByText('Live', { exact: true }).waitFor();
    const show = (state: 'hidden' | 'visible') =>
      page.evaluate(
        `Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true }); document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`,
      );
    await show('hidden');
    const tab = await page.context().newPage();
    await signIn(tab, installation);
    await tab.close();
    const read: string[] = [];
    page.on('request', (request) => read.push(new URL(request.url()).pathname));
    await show('visible');
    await page.getByRole('dialog', { name: 'Your session has ended' }).getByText('you were narrow').waitFor();
    expect(read.filter((path) => path.startsWith('/api/'))).toEqual([]);
  });

  it('a tab whose session has ended goes on once the same person has signed in in another', async () => {
    const { page, installation } = stage;
    await stage.open(`${org}/settings/secrets/internal:staging`);
    await page.getByRole('button', { name: 'Edit value' }).first().click();
    const dialog = page.getByRole('dialog', { name: /^Edit the value/ });
    await dialog.getByLabel('Value').fill('typed-before');
    const { sessions } = await installation.call('sessions.list', {});
    for (const { id } of sessions) await installation.call('sessions.end', { id });
    const ended = page.getByRole('dialog', { name: 'Your session has ended' });
    await ended.waitFor();
    const tab = await page.context().newPage();
    await signIn(tab, installation);
    await page.bringToFront();
    await page.evaluate(`dispatchEvent(new Event('focus'))`);
    await ended.waitFor({ state: 'detached' });
    await tab.close();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
  });

  it('times are those of the server, whatever the clock of this machine says', async () => {
    const { page, installation } = stage;
    await installation.call('variables.set', { environment: 'production', name: 'LOG_LEVEL', value: 'debug' });
    for (const hours of [-5, 7]) {
      await page.clock.setFixedTime(Date.now() + hours * 3_600_000);
      await stage.open(`${org}/settings/variables/production`);
      await page
        .getByRole('row', { name: /LOG_LEVEL/ })
        .getByText(/just now|minutes? ago/)
        .waitFor();
    }
  });

  it('a second click does not do a thing twice', async () => {
    const { page, installation } = stage;
    await stage.open(`${org}/environments`);
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('twice');
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(new URL(request.url()).pathname);
    });
    await page.getByRole('dialog').getByRole('button', { name: 'Create environment' }).dblclick();
    await page.getByRole('heading', { name: 'twice' }).waitFor();
    expect(sent).toEqual(['/api/v1/orgs/default/environments']);
    await installation.call('environments.delete', { environment: 'twice' });
  });
});
