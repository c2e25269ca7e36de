import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fakeServer } from '../../backends/vault/test/support/server.ts';
import { openGateway, type Gateway } from '../../backends/vault/test/support/gateway.ts';
import { describeLane } from '../support/lane.ts';
import { browserLane } from './support/browser.ts';
import type { Installation } from './support/installation.ts';
import { setStage } from './support/stage.ts';

const org = '/orgs/default';
const keys = 5_000;
const nameOf = (at: number): string => `KEY_${String(at).padStart(4, '0')}`;

/** Adds up what the browser counts as moved without the person who looks having done anything. */
const countShifts = `
  window.shifts = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });`;

/** Two frames: what was known before them is on the screen. */
const drawn = (page: Page): Promise<unknown> =>
  page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');

describeLane(browserLane, () => {
  const server = fakeServer();
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway(server.upstream);
  });
  afterAll(() => gateway.close());

  const stage = setStage(async ({ call }: Installation) => {
    for (let from = 0; from < keys; from += 500)
      await call('secrets.import', {
        scope: 'many',
        entries: Array.from({ length: 500 }, (_, at) => ({ key: nameOf(from + at), value: 'dg==' })),
      });
    const written = await fetch(`${gateway.address}/v1/secret/data/apps/shop`, {
      method: 'POST',
      headers: { 'x-vault-token': server.rootToken },
      body: JSON.stringify({ data: { A_FROM_VAULT: 'v' } }),
    });
    expect(written.ok).toBe(true);
    await call('backends.add', {
      name: 'corp-vault',
      type: 'vault',
      settings: { address: gateway.address, mount: 'secret', 'auth.method': 'token' },
      secretSettings: { 'auth.token': Buffer.from(server.rootToken).toString('base64') },
      optional: true,
    });
    await call('environments.create', { name: 'production', bind: ['many'] });
    await call('bindings.add', { environment: 'production', scope: 'corp-vault:apps/shop', priority: 10 });
  });

  /**
   * Holds back each answer until the page has drawn what it shows without it.
   * @returns how many are awaited
   */
  async function slowly(page: Page): Promise<() => number> {
    let awaited = 0;
    await page.route('**/api/v1/**', async (route) => {
      if (route.request().url().endsWith('/events')) return route.continue();
      awaited += 1;
      const response = await route.fetch();
      await drawn(page);
      await route.fulfill({ response });
      awaited -= 1;
    });
    return () => awaited;
  }

  it.each([
    ['grid', 'KEY_0000'],
    ['settings/secrets/internal:many', 'KEY_0001'],
    ['environments/production', 'corp-vault:apps/shop'],
  ])('nothing moves while %s loads', async (path, text) => {
    const { page } = stage;
    await page.addInitScript(countShifts);
    const awaited = await slowly(page);
    await stage.open(`${org}/${path}`);
    await page.getByRole('main').getByText(text).first().waitFor();
    await expect.poll(awaited).toBe(0);
    await drawn(page);
    expect(await page.evaluate<number>('window.shifts')).toBeLessThan(0.1);
    await page.unrouteAll({ behavior: 'wait' });
  });

  it('times are relative, with the exact one beside', async () => {
    const { page, installation } = stage;
    await installation.call('secrets.set', { scope: 'timed', key: 'KEY', value: 'dg==' });
    const { secrets } = await installation.call('secrets.list', { scope: 'timed' });
    await stage.open(`${org}/settings/secrets/internal:timed`);
    const time = page.getByRole('row', { name: /KEY/ }).getByRole('time');
    expect(await time.textContent()).toMatch(/just now|minute/);
    expect(await time.getAttribute('title')).toBe(secrets[0]?.updatedAt);
  });

  it('a backend that goes down shows within 2 s of its orchestrator knowing, and its return too', async () => {
    const { page, installation } = stage;
    await installation.call('backends.test', { name: 'corp-vault' });
    const isLive = (tab: Page): Promise<void> => tab.getByRole('banner').getByText('Live', { exact: true }).waitFor();
    await stage.open(`${org}/grid`);
    const outranked = page.getByRole('row', { name: /KEY_0000/ }).getByRole('gridcell');
    const trouble = page.getByText(/1 backend cannot be queried: corp-vault/);
    await outranked.getByText('internal:many').waitFor();
    await isLive(page);
    const other = await page.context().newPage();
    await other.goto(`${installation.url}${org}/settings/backends`);
    const card = other.getByRole('listitem').filter({ has: other.getByRole('heading', { name: 'corp-vault' }) });
    await card.getByText('healthy').waitFor();
    await isLive(other);
    const soon = { timeout: 2_000 };
    gateway.fault('server_error');
    await installation.call('backends.test', { name: 'corp-vault' });
    await Promise.all([
      card.getByText('unavailable (server_error)').waitFor(soon),
      outranked.getByText('unavailable').waitFor(soon),
      trouble.waitFor(soon),
    ]);
    gateway.heal();
    await installation.call('backends.test', { name: 'corp-vault' });
    await Promise.all([
      card.getByText('healthy').waitFor(soon),
      outranked.getByText('internal:many').waitFor(soon),
      trouble.waitFor({ ...soon, state: 'detached' }),
    ]);
  });

  it('thousands of rows keep few of them in the document, down to the last', async () => {
    const { page } = stage;
    await stage.open(`${org}/grid`);
    const scroller = page.getByRole('grid').locator('..');
    const rows = page.getByRole('row');
    await page.getByRole('rowheader', { name: 'KEY_0001' }).waitFor();
    for (const part of [0.2, 0.5, 0.8, 1]) {
      await scroller.evaluate((element, to) => element.scrollTo(0, element.scrollHeight * to), part);
      await expect.poll(() => page.locator('[role=row][aria-busy=true]').count()).toBe(0);
      expect(await rows.count()).toBeLessThan(200);
    }
    await page.getByRole('rowheader', { name: nameOf(keys - 1) }).waitFor();
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(keys + 2));
  });
});
