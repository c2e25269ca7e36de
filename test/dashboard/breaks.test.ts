import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { browserLane } from './support/browser.ts';
import { install } from './support/installation.ts';
import { signIn } from './support/sign-in.ts';
import { setStage } from './support/stage.ts';

const scopePath = '/orgs/default/settings/secrets/internal:production';
const typed = 'typed-before-it-broke';

describeLane(browserLane, () => {
  let home: string;
  const stage = setStage(
    async ({ call }) => {
      await call('secrets.set', { scope: 'production', key: 'DB_PASSWORD', value: 'djE=' });
      await call('environments.create', { name: 'production', bind: ['production'] });
    },
    async () => {
      home = await mkdtemp(join(tmpdir(), 'kici-dashboard-'));
      return { home };
    },
  );
  afterAll(() => rm(home, { recursive: true, force: true }));

  const dialog = () => stage.page.getByRole('dialog', { name: 'Edit the value of DB_PASSWORD' });
  const value = () => dialog().getByLabel('Value');
  const isLive = () => stage.page.getByRole('banner').getByText('Live', { exact: true }).waitFor();

  async function beginToType(): Promise<void> {
    await stage.open(scopePath);
    await isLive();
    await stage.page.getByRole('button', { name: 'Edit value' }).first().click();
    await value().fill(typed);
  }

  describe('what was typed is still there', () => {
    it('when the session was ended by somebody else, and is then stored in the next one', async () => {
      await beginToType();
      const { sessions } = await stage.installation.call('sessions.list', {});
      for (const { id } of sessions) await stage.installation.call('sessions.end', { id });
      const ended = stage.page.getByRole('dialog', { name: 'Your session has ended' });
      await ended.waitFor();
      await ended.getByLabel('Token').fill(stage.installation.token);
      await ended.getByRole('button', { name: 'Sign in' }).click();
      await ended.waitFor({ state: 'detached' });
      expect(await value().inputValue()).toBe(typed);
      await dialog().getByRole('button', { name: 'Save' }).click();
      await stage.page.getByText(/Set DB_PASSWORD in internal:production: 21 bytes/).waitFor();
    });

    it('when the orchestrator was restarted, and the page goes on by itself', async () => {
      await beginToType();
      const { port } = new URL(stage.installation.url);
      await stage.installation.stop();
      await stage.page.getByText('The orchestrator does not answer.').waitFor();
      stage.installation = await install({ home, environment: { KICI_PORT: port } });
      await stage.page.getByText('The orchestrator does not answer.').waitFor({ state: 'detached' });
      expect(await value().inputValue()).toBe(typed);
      await dialog().getByRole('button', { name: 'Save' }).click();
      await dialog().waitFor({ state: 'detached' });
    });

    it('when somebody else has stored another value meanwhile, and neither is lost', async () => {
      await beginToType();
      const before = await stage.installation.call('secrets.set', {
        scope: 'production',
        key: 'DB_PASSWORD',
        value: 'dGhlaXJz',
      });
      await dialog().getByRole('button', { name: 'Save' }).click();
      await dialog()
        .getByText(`Somebody has changed DB_PASSWORD since this was opened: version ${before.version}`)
        .waitFor();
      expect(await value().inputValue()).toBe(typed);
      await dialog()
        .getByRole('button', { name: `Replace version ${before.version}` })
        .click();
      await dialog().waitFor({ state: 'detached' });
      const { versions } = await stage.installation.call('secrets.versions', {
        scope: 'production',
        key: 'DB_PASSWORD',
      });
      expect(
        versions.slice(0, 2).map(({ version, readable }) => [Number(version) - Number(before.version), readable]),
      ).toEqual([
        [1, true],
        [0, true],
      ]);
    });

    it('when somebody else has deleted the secret meanwhile, and is stored as a new one if that is wanted', async () => {
      const { page, installation } = stage;
      const at = { scope: 'production', key: 'GONE_MEANWHILE' };
      await installation.call('secrets.set', { ...at, value: 'djE=' });
      await stage.open(scopePath);
      await isLive();
      await page.getByRole('button', { name: 'Edit value of GONE_MEANWHILE' }).click();
      const form = page.getByRole('dialog', { name: 'Edit the value of GONE_MEANWHILE' });
      await form.getByLabel('Value').fill(typed);
      await installation.call('secrets.delete', at);
      await form.getByText('Somebody has deleted GONE_MEANWHILE since this was opened.').waitFor();
      expect(await form.getByLabel('Value').inputValue()).toBe(typed);
      await form.getByRole('button', { name: 'Set it again' }).click();
      await page.getByText(/Set GONE_MEANWHILE in internal:production: 21 bytes/).waitFor();
    });
  });

  it('a network that is gone is told at once, and what the browser takes for one keeps no server from being asked', async () => {
    const { page, installation } = stage;
    await beginToType();
    const gone = page.getByText('The orchestrator does not answer.');
    await page.context().setOffline(true);
    await gone.waitFor();
    await page.context().setOffline(false);
    await gone.waitFor({ state: 'detached' });
    // As on a train, with an orchestrator on the same machine.
    await page.evaluate(`dispatchEvent(new Event('offline'))`);
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().waitFor({ state: 'detached' });
    await installation.call('secrets.declare', { scope: 'production', key: 'ON_A_TRAIN' });
    await page.getByRole('row', { name: /ON_A_TRAIN/ }).waitFor();
  });

  it('where the browser refuses to share a stream, the page has one of its own', async () => {
    const { page, installation } = stage;
    await page.addInitScript(
      `navigator.locks.request = async () => { throw new DOMException('refused', 'SecurityError'); }`,
    );
    await stage.open(scopePath);
    await isLive();
    await installation.call('secrets.declare', { scope: 'production', key: 'OF_ITS_OWN' });
    await page.getByRole('row', { name: /OF_ITS_OWN/ }).waitFor();
  });

  it('a server that is silent is told of too, though nothing has broken', async () => {
    const { page } = stage;
    const requests = /\/(?:dashboard\/session|api\/v1\/)/;
    await page.clock.install();
    await stage.open(scopePath);
    await isLive();
    // Any answer shows that it is not.
    await page.route(requests, () => undefined);
    const gone = page.getByText('The orchestrator does not answer.');
    // Again, where an answer was on its way when the clock was put forward, and began another minute.
    const isGone = async (): Promise<boolean> => page.clock.runFor(75_000).then(() => gone.isVisible());
    await expect.poll(isGone).toBe(true);
    await page.unroute(requests);
    await page.clock.runFor(15_000);
    await gone.waitFor({ state: 'detached' });
  });

  describe('two people who change the same', () => {
    it('variable see both values, and one of them decides', async () => {
      const at = { environment: 'production', name: 'REGION' };
      await stage.installation.call('variables.set', { ...at, value: 'eu' });
      await stage.open('/orgs/default/settings/variables/production');
      await isLive();
      await stage.page.getByRole('button', { name: 'Change' }).click();
      const form = stage.page.getByRole('dialog', { name: 'Change REGION in production' });
      await form.getByLabel('Value').fill('mine');
      await stage.installation.call('variables.set', { ...at, value: 'theirs' });
      await form.getByText('Somebody has changed REGION since this was opened.').waitFor();
      await form.getByRole('row', { name: 'Value theirs mine' }).waitFor();
      expect(await form.getByLabel('Value').evaluate((field) => field.matches(':focus'))).toBe(true);
      expect(await form.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
      await form.getByRole('button', { name: 'Keep mine' }).click();
      await form.getByRole('button', { name: 'Save' }).click();
      await form.waitFor({ state: 'detached' });
      const { variables } = await stage.installation.call('variables.list', { environment: 'production' });
      expect(variables.find(({ name }) => name === 'REGION')?.value).toBe('mine');
    });

    it('binding see both versions, and take what is stored', async () => {
      const environment = 'production';
      await stage.open('/orgs/default/environments/production');
      await isLive();
      await stage.page.getByRole('button', { name: 'Change' }).first().click();
      const form = stage.page.getByRole('dialog', { name: 'Change a binding of production' });
      await form.getByLabel('Priority').fill('3');
      const [binding] = (await stage.installation.call('environments.show', { environment })).bindings;
      await stage.installation.call('bindings.update', { environment, id: binding?.id ?? '', priority: 8 });
      await form.getByRole('row', { name: 'Priority 8 3' }).waitFor();
      await form.getByRole('button', { name: 'Take what is stored' }).click();
      expect(await form.getByLabel('Priority').inputValue()).toBe('8');
      await form.getByText('No key changes').waitFor();
    });
  });

  describe('what others do shows by itself', () => {
    it('within 2 s of a flip of the policy', async () => {
      await stage.open(scopePath);
      await stage.page.getByRole('button', { name: 'Add secret' }).waitFor();
      await isLive();
      await stage.admin('policy', 'set', '--disable', 'secrets.set');
      await stage.page.getByRole('button', { name: 'locked: Add secret' }).waitFor();
      await stage.admin('policy', 'reset');
      await stage.page.getByRole('button', { name: 'Add secret', exact: true }).waitFor();
    });

    it('in the grid, when a secret is set', async () => {
      await stage.open();
      await isLive();
      await stage.installation.call('secrets.set', { scope: 'production', key: 'FROM_ELSEWHERE', value: 'dg==' });
      await stage.page.getByRole('rowheader', { name: 'FROM_ELSEWHERE' }).waitFor();
    });
  });

  it('a part of the page that did not come is asked for again, and one that never comes takes nothing else down', async () => {
    const { page } = stage;
    await page.clock.install();
    let refused = 0;
    await page.route(/\/(more-menu|person-menu|jobs-page|audit-page)-/, (route) => {
      if (!/jobs-page/.test(route.request().url())) return route.abort();
      refused += 1;
      return refused > 3 ? route.continue() : route.abort();
    });
    await stage.open('/orgs/default/jobs');
    await page.clock.runFor(20_000);
    await page.getByRole('heading', { name: 'Jobs' }).waitFor();
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.clock.runFor(20_000);
    await page.getByRole('alert').getByText('page_incomplete').waitFor();
    await page.getByRole('link', { name: 'Access' }).click();
    await page.getByRole('heading', { name: 'Access' }).waitFor();
    expect(await page.getByRole('button', { name: 'local', exact: true }).isDisabled()).toBe(true);
    stage.visitor.complaints.length = 0;
  });

  it('a page whose orchestrator has become a newer one says that its session has ended', async () => {
    const { page, installation } = stage;
    await beginToType();
    await page.route(/\/assets\/.*\.js/, (route) => route.fulfill({ status: 404, body: '' }));
    const { sessions } = await installation.call('sessions.list', {});
    for (const { id } of sessions) await installation.call('sessions.end', { id });
    const ended = page.getByRole('dialog', { name: 'Your session has ended' });
    await ended.getByLabel('Token').fill(installation.token);
    await ended.getByRole('button', { name: 'Sign in' }).click();
    await ended.waitFor({ state: 'detached' });
    expect(await value().inputValue()).toBe(typed);
  });

  it('a page that never got its sign-in says what to do instead', async () => {
    const { page, installation } = stage;
    await page.route(/\/assets\/sign-in-dialog.*\.js/, (route) => route.fulfill({ status: 404, body: '' }));
    await beginToType();
    const { sessions } = await installation.call('sessions.list', {});
    for (const { id } of sessions) await installation.call('sessions.end', { id });
    const notice = page.getByText('Your session has ended, and this page cannot load its sign-in.');
    await notice.waitFor();
    const tab = await page.context().newPage();
    await signIn(tab, installation);
    await tab.close();
    await page.evaluate(`dispatchEvent(new Event('focus'))`);
    await notice.waitFor({ state: 'detached' });
    expect(await value().inputValue()).toBe(typed);
    stage.visitor.complaints.length = 0;
  });

  it('seven tabs that are seen at once share a stream and its end; one that nobody sees hands it on, and is up to date when it is seen again', async () => {
    const { page, installation } = stage;
    const streams: string[] = [];
    page.context().on('request', (request) => {
      if (new URL(request.url()).pathname.endsWith('/events')) streams.push(request.url());
    });
    // A browser without windows shows all of its tabs.
    const show = (state: 'hidden' | 'visible') =>
      page.evaluate(
        `Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true }); document.dispatchEvent(new Event('visibilitychange'))`,
      );
    const live = (tab: Page) => tab.getByRole('banner').getByText('Live', { exact: true }).waitFor();
    const made = (tab: Page) => tab.getByRole('link', { name: 'made-for-all' });
    await stage.open('/orgs/default/environments');
    await isLive();
    const others: Page[] = [];
    for (let number = 2; number <= 7; number += 1) {
      const tab = await page.context().newPage();
      await tab.goto(page.url());
      await live(tab);
      others.push(tab);
    }
    expect(streams).toHaveLength(1);
    await installation.call('environments.create', { name: 'made-for-all' });
    await Promise.all([page, ...others].map((tab) => made(tab).waitFor()));
    await show('hidden');
    await expect.poll(() => streams.length).toBe(2);
    await Promise.all(others.map(live));
    await installation.call('environments.delete', { environment: 'made-for-all' });
    await Promise.all(others.map((tab) => made(tab).waitFor({ state: 'detached' })));
    expect(await made(page).count()).toBe(1);
    await show('visible');
    await made(page).waitFor({ state: 'detached' });
    expect(streams).toHaveLength(2);
    const { sessions } = await installation.call('sessions.list', {});
    for (const { id } of sessions) await installation.call('sessions.end', { id });
    const ended = (tab: Page) => tab.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    await Promise.all([page, ...others].map(ended));
  });

  it('a role that may not do something sees why, and the command', async () => {
    const { token } = await stage.installation.call('tokens.create', { name: 'looker', role: 'auditor' });
    await signIn(stage.page, { ...stage.installation, token }, scopePath);
    await stage.page.getByRole('button', { name: 'locked: Add secret' }).click();
    await stage.page.getByText('The role auditor does not have the permission secrets:write.').waitFor();
    await stage.page.getByText('kici-admin secret set --scope internal:production KEY --org default').waitFor();
  });

  it('seals values in the browser where the policy asks for it', async () => {
    await stage.admin('policy', 'set', '--value-entry', 'sealed');
    try {
      await stage.open(scopePath);
      const bodies: string[] = [];
      stage.page.on('request', (request) => bodies.push(request.postData() ?? ''));
      await stage.page.getByRole('button', { name: 'Add secret' }).click();
      await stage.page.getByRole('dialog').getByLabel('Name').fill('SEALED');
      await stage.page.getByRole('dialog').getByLabel('Value').fill(typed);
      await stage.page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await stage.page.getByText(/Set SEALED in internal:production: 21 bytes/).waitFor();
      const sent = bodies.join('\n');
      expect(sent).toContain('"sealed"');
      expect(sent).not.toContain(Buffer.from(typed).toString('base64'));
    } finally {
      await stage.admin('policy', 'reset');
    }
  });
});
