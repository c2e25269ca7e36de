import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { runProgram } from '../support/programs.ts';
import { browserLane, launchBrowser, visit, type Visit } from './support/browser.ts';
import { install, type Installation } from './support/installation.ts';
import { signIn } from './support/sign-in.ts';

const scopePath = '/orgs/default/settings/secrets/internal:production';
const typed = 'typed-before-it-broke';

describeLane(browserLane, () => {
  let browser: Browser;
  let home: string;
  let installation: Installation;
  let visitor: Visit;
  let page: Page;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'kici-dashboard-'));
    [browser, installation] = await Promise.all([launchBrowser(), install({ home })]);
    await installation.call('secrets.set', { scope: 'production', key: 'DB_PASSWORD', value: 'djE=' });
    await installation.call('environments.create', { name: 'production', bind: ['production'] });
  });
  afterAll(async () => {
    await browser?.close();
    await installation?.stop();
    await rm(home, { recursive: true, force: true });
  });
  beforeEach(async () => {
    visitor = await visit(browser);
    ({ page } = visitor);
    return () => visitor[Symbol.asyncDispose]();
  });

  const admin = async (...args: string[]): Promise<string> =>
    (await runProgram('kici-admin', args, { environment: installation.environment })).stdout;
  const dialog = () => page.getByRole('dialog', { name: 'Replace the value of DB_PASSWORD' });
  const value = () => dialog().getByLabel('Value');
  const isLive = () => page.getByRole('banner').getByText('Live', { exact: true }).waitFor();

  async function beginToType(): Promise<void> {
    await signIn(page, installation, scopePath);
    await isLive();
    await page.getByRole('button', { name: 'Replace value' }).click();
    await value().fill(typed);
  }

  describe('what was typed is still there', () => {
    it('when the session was ended by somebody else, and is then stored in the next one', async () => {
      await beginToType();
      const { sessions } = await installation.call('sessions.list', {});
      for (const { id } of sessions) await installation.call('sessions.end', { id });
      const ended = page.getByRole('dialog', { name: 'Your session has ended' });
      await ended.waitFor();
      await ended.getByLabel('Token').fill(installation.token);
      await ended.getByRole('button', { name: 'Sign in' }).click();
      await ended.waitFor({ state: 'detached' });
      expect(await value().inputValue()).toBe(typed);
      await dialog().getByRole('button', { name: 'Save' }).click();
      await page.getByText(/Set DB_PASSWORD in internal:production: 21 bytes/).waitFor();
    });

    it('when the orchestrator was restarted, and the page goes on by itself', async () => {
      await beginToType();
      const { port } = new URL(installation.url);
      await installation.stop();
      await page.getByText('The orchestrator does not answer.').waitFor();
      installation = await install({ home, environment: { KICI_PORT: port } });
      await page.getByText('The orchestrator does not answer.').waitFor({ state: 'detached' });
      expect(await value().inputValue()).toBe(typed);
      await dialog().getByRole('button', { name: 'Save' }).click();
      await dialog().waitFor({ state: 'detached' });
    });

    it('when somebody else has stored another value meanwhile, and neither is lost', async () => {
      await beginToType();
      const before = await installation.call('secrets.set', {
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
      const { versions } = await installation.call('secrets.versions', { scope: 'production', key: 'DB_PASSWORD' });
      expect(
        versions.slice(0, 2).map(({ version, readable }) => [Number(version) - Number(before.version), readable]),
      ).toEqual([
        [1, true],
        [0, true],
      ]);
    });
  });

  describe('two people who change the same', () => {
    it('variable see both values, and one of them decides', async () => {
      const at = { environment: 'production', name: 'REGION' };
      await installation.call('variables.set', { ...at, value: 'eu' });
      await signIn(page, installation, '/orgs/default/settings/variables/production');
      await isLive();
      await page.getByRole('button', { name: 'Change' }).click();
      const form = page.getByRole('dialog', { name: 'Change REGION in production' });
      await form.getByLabel('Value').fill('mine');
      await installation.call('variables.set', { ...at, value: 'theirs' });
      await form.getByText('Somebody has changed REGION since this was opened.').waitFor({ timeout: 3_000 });
      await form.getByRole('row', { name: 'Value theirs mine' }).waitFor();
      expect(await form.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
      await form.getByRole('button', { name: 'Keep mine' }).click();
      await form.getByRole('button', { name: 'Save' }).click();
      await form.waitFor({ state: 'detached' });
      const { variables } = await installation.call('variables.list', { environment: 'production' });
      expect(variables.find(({ name }) => name === 'REGION')?.value).toBe('mine');
    });

    it('binding see both versions, and take what is stored', async () => {
      const environment = 'production';
      await signIn(page, installation, '/orgs/default/environments/production');
      await isLive();
      await page.getByRole('button', { name: 'Change' }).first().click();
      const form = page.getByRole('dialog', { name: 'Change a binding of production' });
      await form.getByLabel('Priority').fill('3');
      const [binding] = (await installation.call('environments.show', { environment })).bindings;
      await installation.call('bindings.update', { environment, id: binding?.id ?? '', priority: 8 });
      await form.getByRole('row', { name: 'Priority 8 3' }).waitFor({ timeout: 3_000 });
      await form.getByRole('button', { name: 'Take what is stored' }).click();
      expect(await form.getByLabel('Priority').inputValue()).toBe('8');
      await form.getByText('No key changes').waitFor();
    });
  });

  describe('what others do shows by itself', () => {
    it('within 2 s of a flip of the policy', async () => {
      await signIn(page, installation, scopePath);
      await page.getByRole('button', { name: 'Add secret' }).waitFor();
      await isLive();
      await admin('policy', 'set', '--disable', 'secrets.set');
      await page.getByRole('button', { name: 'locked: Add secret' }).waitFor({ timeout: 2_000 });
      await admin('policy', 'reset');
      await page.getByRole('button', { name: 'Add secret', exact: true }).waitFor({ timeout: 2_000 });
    });

    it('in the grid, when a secret is set', async () => {
      await signIn(page, installation);
      await isLive();
      await installation.call('secrets.set', { scope: 'production', key: 'FROM_ELSEWHERE', value: 'dg==' });
      await page.getByRole('rowheader', { name: 'FROM_ELSEWHERE' }).waitFor({ timeout: 3_000 });
    });
  });

  it('a role that may not do something sees why, and the command', async () => {
    const { token } = await installation.call('tokens.create', { name: 'looker', role: 'auditor' });
    await signIn(page, { ...installation, token }, scopePath);
    await page.getByRole('button', { name: 'locked: Add secret' }).click();
    await page.getByText('The role auditor does not have the permission secrets:write.').waitFor();
    await page.getByText('kici-admin secret set --scope internal:production KEY --org default').waitFor();
  });

  it('seals values in the browser where the policy asks for it', async () => {
    await admin('policy', 'set', '--value-entry', 'sealed');
    try {
      await signIn(page, installation, scopePath);
      const bodies: string[] = [];
      page.on('request', (request) => bodies.push(request.postData() ?? ''));
      await page.getByRole('button', { name: 'Add secret' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill('SEALED');
      await page.getByRole('dialog').getByLabel('Value').fill(typed);
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await page.getByText(/Set SEALED in internal:production: 21 bytes/).waitFor();
      const sent = bodies.join('\n');
      expect(sent).toContain('"sealed"');
      expect(sent).not.toContain(Buffer.from(typed).toString('base64'));
    } finally {
      await admin('policy', 'reset');
    }
  });
});
