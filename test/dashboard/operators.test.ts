import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { lastLine, linesType, progressLine } from '../../src/api/answer-lines.ts';
import { commandsIn } from '../docs/markdown.ts';
import { refusalOf } from '../docs/refusal.ts';
import { portOf } from '../support/free-port.ts';
import { describeLane } from '../support/lane.ts';
import { browserLane, visit } from './support/browser.ts';
import { confirmations, typedForms, type WriteForm } from './support/forms.ts';
import { furnish } from './support/installation.ts';
import { signIn } from './support/sign-in.ts';
import { setStage } from './support/stage.ts';

const org = '/orgs/default';
const scope = `${org}/settings/secrets/internal:production`;

/** The command of a form that is filled in, and not sent. */
async function commandOf(page: Page, { opener, fields }: WriteForm): Promise<string> {
  await page.getByRole('button', { name: opener, exact: true }).and(page.locator(':enabled')).first().click();
  const dialog = page.getByRole('dialog');
  for (const [label, text] of Object.entries(fields)) await dialog.getByLabel(label, { exact: true }).fill(text);
  if (opener === 'Add secret') await dialog.locator('[data-sha256]:not([data-sha256=""])').waitFor();
  const text = await dialog.locator('code', { hasText: 'kici-admin' }).last().textContent();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  return text ?? '';
}

describeLane(browserLane, () => {
  const stage = setStage(furnish);
  const isLive = () => stage.page.getByRole('banner').getByText('Live', { exact: true }).waitFor();

  it('the fingerprint of the sealing key is the one that `kici-admin policy show` prints', async () => {
    const { stdout } = await stage.admin('policy', 'show', '--json');
    const printed: unknown = JSON.parse(stdout);
    await stage.open(`${org}/settings/policy`);
    const shown = await stage.page
      .locator('p', { hasText: 'has this fingerprint' })
      .locator('code')
      .last()
      .textContent();
    expect(printed).toMatchObject({ sealingKey: { fingerprint: shown } });
    expect((await stage.admin('policy', 'show')).stdout).toContain(shown);
  });

  it('a session that is ended on the page is over at once, and leaves the list', async () => {
    const { page, installation } = stage;
    const { token } = await installation.call('tokens.create', { name: 'visitor-two', role: 'admin' });
    await using other = await visit(stage.browser);
    await signIn(other.page, { ...installation, token });
    const answer = async (): Promise<number> =>
      (await other.page.request.get(`${installation.url}/api/v1${org}/environments`)).status();
    expect(await answer()).toBe(200);
    await stage.open(`${org}/access`);
    const end = page.getByRole('button', { name: 'End session of visitor-two' });
    await end.click();
    await end.waitFor({ state: 'detached' });
    expect(await answer()).toBe(401);
    const { sessions } = await installation.call('sessions.list', {});
    expect(sessions.map(({ tokenName }) => tokenName)).not.toContain('visitor-two');
    await page.getByText('this one').waitFor();
  });

  it('a backend is asked for its scopes when it is opened in the tree, and no sooner', async () => {
    const { page } = stage;
    const asked: (string | null)[] = [];
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname.endsWith('/scopes')) asked.push(searchParams.get('backend'));
    });
    await stage.open(`${org}/settings/secrets`);
    const tree = page.getByRole('navigation', { name: 'Scopes' });
    const remote = tree.locator('summary', { hasText: 'corp-vault' });
    await remote.waitFor();
    await tree.getByRole('link', { name: 'staging' }).waitFor();
    expect([...new Set(asked)]).toEqual(['internal']);
    await remote.click();
    await expect.poll(() => [...new Set(asked)]).toEqual(['internal', 'corp-vault']);
  });

  it('a folder of many scopes is asked for when it is opened, and what is filtered is searched by the orchestrator', async () => {
    const { page, installation } = stage;
    const scopes = Array.from({ length: 230 }, (_, at) => `fleet/of-${String(at).padStart(3, '0')}`);
    await Promise.all(scopes.map((one) => installation.call('scopes.create', { scope: one })));
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname.endsWith('/scopes')) asked.push(searchParams.get('folder') ?? searchParams.get('text') ?? '');
    });
    await stage.open(`${org}/settings/secrets`);
    const tree = page.getByRole('navigation', { name: 'Scopes' });
    const link = (name: string) => tree.getByRole('link', { name, exact: true });
    const fleet = tree.locator('summary', { hasText: /^fleet\/ 230$/ });
    await fleet.waitFor();
    expect([await link('of-000').count(), new Set(asked)]).toEqual([0, new Set([''])]);
    await fleet.click();
    await link('of-199').waitFor();
    expect(new Set(asked)).toEqual(new Set(['', 'fleet']));
    // What is at the end of the list asks for more by coming into sight.
    await link('of-199').scrollIntoViewIfNeeded();
    await link('of-229').waitFor();
    await tree.getByRole('searchbox', { name: /^Filter/ }).fill('OF-22');
    await fleet.waitFor({ state: 'detached' });
    await link('of-229').waitFor();
    expect(await tree.getByRole('link', { name: 'of-' }).count()).toBe(10);
    expect(asked).toContain('OF-22');
    await stage.goTo(`${org}/settings/secrets/internal:fleet/of-007`);
    await tree.getByRole('searchbox', { name: /^Filter/ }).fill('');
    expect(await link('of-007').getAttribute('aria-current')).toBe('page');
    await stage.goTo(`${org}/settings/secrets/internal:staging`);
    await fleet.click();
    await link('of-007').waitFor({ state: 'detached' });
    await stage.goTo(`${org}/settings/secrets/internal:fleet/of-008`);
    await tree.locator('[aria-current="page"]', { hasText: 'of-008' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('fleet 229');
    await page.getByRole('option', { name: 'internal:fleet/of-229' }).waitFor();
    await page.keyboard.press('Escape');
    // The last of a large folder, by its address: it is in sight, and what lies before it comes when it is asked for.
    await page.goto(`${installation.url}${org}/settings/secrets/fleet/of-229`);
    await tree.locator('[aria-current="page"]', { hasText: 'of-229' }).waitFor();
    const isInSight = (): Promise<boolean> =>
      link('of-229').evaluate((one) => {
        const { top, bottom } = one.getBoundingClientRect();
        return top >= 0 && bottom <= (one.ownerDocument.defaultView?.innerHeight ?? 0);
      });
    await expect.poll(isInSight).toBe(true);
    expect([await link('of-199').count(), await link('of-215').count()]).toEqual([1, 0]);
    await tree.getByRole('button', { name: 'Show more of 30 below' }).click();
    await link('of-215').waitFor();
    expect(await link('of-229').count()).toBe(1);
  });

  it('an address that leads nowhere still has the menus', async () => {
    const { page } = stage;
    await stage.open(`${org}/nowhere`);
    await page.getByText('There is no such page').waitFor();
    await page.getByRole('banner').getByRole('button', { name: 'local', disabled: false }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
  });

  it('a name that is declared on the page is there, without a value', async () => {
    const { page, installation } = stage;
    await stage.open(`${org}/settings/secrets/internal:staging`);
    await page.getByRole('button', { name: 'Declare name' }).click();
    const dialog = page.getByRole('dialog', { name: 'Declare name' });
    await dialog.getByLabel('Name', { exact: true }).fill('SET_LATER');
    await dialog.getByRole('button', { name: 'Declare name' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /SET_LATER unset/ }).waitFor();
    const { secrets } = await installation.call('secrets.list', { scope: 'staging' });
    expect(secrets.find(({ key }) => key === 'SET_LATER')).toMatchObject({ status: 'unset' });
    expect(secrets.find(({ key }) => key === 'SET_LATER')).not.toHaveProperty('version');
  });

  it('a .env that is dropped as a file is reviewed like one that is pasted', async () => {
    const { page } = stage;
    const text = 'API_URL=new\nFRESH=1\nEMPTY=\n';
    await stage.open(scope);
    const reviewed = async (fill: (area: ReturnType<typeof page.getByLabel>) => Promise<void>): Promise<string[]> => {
      await page.getByRole('button', { name: 'Paste .env' }).click();
      const dialog = page.getByRole('dialog', { name: 'Paste .env' });
      await fill(dialog.getByLabel('Contents of a .env file'));
      await dialog.getByRole('button', { name: 'Review 2 secrets' }).click();
      await dialog.getByText('replaces what is there').waitFor();
      const rows = await dialog.getByRole('row').allTextContents();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      return rows;
    };
    const dropped = await reviewed(async (area) => {
      const dataTransfer = await page.evaluateHandle(
        `(() => { const carried = new DataTransfer(); carried.items.add(new File([${JSON.stringify(text)}], '.env')); return carried; })()`,
      );
      await area.dispatchEvent('drop', { dataTransfer });
    });
    expect(dropped.join()).toMatch(/API_URLreplaces.*FRESHnew.*EMPTYleft out/);
    expect(dropped).toEqual(await reviewed((area) => area.fill(text)));
  });

  it('the export of the audit log has every row that matches, and no other', async () => {
    const { page, installation } = stage;
    await Promise.all(
      Array.from({ length: 110 }, (_, at) =>
        installation.call('secrets.declare', { scope: 'exported', key: `KEY_${at}` }),
      ),
    );
    const filter = { operation: 'secrets.declare', scope: 'internal:exported' };
    const { rows } = await installation.call('audit.list', { ...filter, order: 'oldest', limit: 1_000 });
    expect(rows).toHaveLength(220);
    await stage.open(`${org}/audit`);
    await page.getByRole('searchbox', { name: 'Operation' }).fill(filter.operation);
    await page.getByRole('searchbox', { name: 'Scope' }).fill(filter.scope);
    await page.getByRole('button', { name: `Row ${rows.at(-1)?.sequence}`, exact: true }).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export JSON' }).click();
    const exported: unknown = JSON.parse(await readFile(await (await download).path(), 'utf8'));
    expect(exported).toEqual({ rows });
  });

  it('what the audit page has not shown is not acknowledged, and is shown; whoever comes back sees the log of now', async () => {
    const { page, installation } = stage;
    const problems = [
      { sequence: 1, problem: 'the row was seen', acknowledged: true },
      { sequence: 2, problem: 'the row or the one before it was changed', acknowledged: false },
    ];
    const shown = { ...(await installation.call('audit.verify', {})), intact: false, problems };
    let verified = 0;
    await page.route('**/audit/verify', async (route) => {
      verified += 1;
      if (verified > 1) return route.fallback();
      return route.fulfill({ contentType: linesType, body: lastLine(200, shown) });
    });
    await stage.open(`${org}/audit`);
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Row 2: The row or the one before it was changed').waitFor();
    await dialog.getByLabel('Reason').fill('known');
    const sent = page.waitForRequest('**/audit/acknowledge');
    await dialog.getByRole('button', { name: 'Acknowledge' }).click();
    const seen = [{ sequence: 2, problem: 'the row or the one before it was changed' }];
    expect((await sent).postDataJSON()).toEqual({ reason: 'known', seen });
    // The server finds an intact log, and refuses.
    await page.getByText(/^Intact: [\d,]+ rows verified\.$/).waitFor();
    await dialog.waitFor({ state: 'detached' });
    expect(verified).toBe(2);
    await stage.goTo(`${org}/jobs`);
    await page.getByRole('heading', { name: 'Jobs' }).waitFor();
    await stage.goTo(`${org}/audit`);
    await page.getByText(/^Intact: [\d,]+ rows verified\.$/).waitFor();
    expect(verified).toBe(3);
  });

  it('a long verification of the audit log tells how far it is, can be cancelled, and is not begun by changes', async () => {
    const { page, installation } = stage;
    const asked: ServerResponse[] = [];
    const accepted: (string | undefined)[] = [];
    const gone: ServerResponse[] = [];
    const slow = createServer((request, response) => {
      accepted.push(request.headers.accept);
      response.once('close', () => gone.push(response)).writeHead(200, { 'content-type': linesType });
      response.write(progressLine({ done: 0, of: 0 }));
      asked.push(response);
    });
    await new Promise<void>((resolve) => void slow.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      slow.closeAllConnections();
      slow.close();
    });
    await page.route('**/audit/verify', (route) => route.continue({ url: `http://127.0.0.1:${portOf(slow)}/` }));
    const answer = (index: number, text: string): void => void asked[index]?.write(text);
    await stage.open(`${org}/audit`);
    await page.getByText('Waiting until another walk').waitFor();
    answer(0, progressLine({ done: 250, of: 1_000 }));
    await page.getByRole('progressbar', { name: '250 of 1,000 rows' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('The log is not verified.').waitFor();
    await expect.poll(() => gone.length).toBe(1);
    const verify = page.getByRole('button', { name: /^Verify/ });
    expect(await verify.evaluate((element) => element.matches(':focus'))).toBe(true);
    await verify.click();
    await expect.poll(() => asked.length).toBe(2);
    asked[1]?.destroy();
    await page.getByRole('alert').getByText('The orchestrator does not answer').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => asked.length).toBe(3);
    asked[2]?.end(lastLine(200, await installation.call('audit.verify', {})));
    await page.getByText(/^Intact: [\d,]+ rows verified\.$/).waitFor();
    await isLive();
    await installation.call('secrets.declare', { scope: 'exported', key: 'LATER' });
    await page.getByRole('cell', { name: 'exported LATER' }).first().waitFor();
    expect(asked).toHaveLength(3);
    await verify.click();
    await page.getByText('Waiting until another walk').waitFor();
    await page.getByText(/^Intact:/).waitFor();
    expect(new Set(accepted)).toEqual(new Set([`${linesType}, application/json`]));
  });

  it('why something is locked shows on hover, on focus and on click, with a command to copy', async () => {
    const { page, installation } = stage;
    const command = 'kici-admin secret import --scope internal:production --org default';
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: installation.url });
    await stage.admin('policy', 'set', '--disable', 'secrets.set');
    try {
      await stage.open(scope);
      const locked = page.getByRole('button', { name: 'locked: Paste .env' });
      const panel = page.getByRole('dialog', { name: 'Locked' });
      const explains = async (): Promise<void> => {
        await panel.getByText('rule secrets.set, set by local').waitFor();
        await panel.getByText(command).waitFor();
      };
      await locked.hover();
      await explains();
      await page.mouse.move(0, 0);
      await panel.waitFor({ state: 'hidden' });
      await page.getByRole('searchbox', { name: 'Filter names' }).focus();
      await page.keyboard.press('Tab');
      expect(await locked.evaluate((element) => element.matches(':focus'))).toBe(true);
      await explains();
      await page.keyboard.press('Escape');
      await panel.waitFor({ state: 'hidden' });
      await locked.click();
      await explains();
      await panel.getByRole('button', { name: 'Copy' }).click();
      await panel.getByRole('button', { name: 'Copied' }).waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(command);
    } finally {
      await stage.admin('policy', 'reset');
    }
  });

  it('the form of a backend takes no secret setting where values are kept from the dashboard', async () => {
    const { page } = stage;
    await stage.open(`${org}/settings/backends`);
    await page.getByRole('button', { name: 'Change corp-vault' }).click();
    const token = page.getByRole('dialog').getByLabel('auth.token', { exact: true });
    await token.fill('typed-before-the-flip');
    await stage.admin('policy', 'set', '--value-entry', 'off');
    try {
      const locked = page.getByRole('dialog').getByLabel('auth.token', { exact: true }).and(page.locator(':disabled'));
      await locked.waitFor();
      expect(await locked.inputValue()).toBe('');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Changed the backend corp-vault').waitFor();
      await page.getByRole('button', { name: 'Add backend' }).click();
      await page.getByRole('dialog').getByLabel('Type').selectOption('vault');
      await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('another');
      await page.getByRole('dialog').getByLabel('auth.method').selectOption('token');
      await locked.waitFor();
      await page.getByText(/^kici-admin backend add .* --secret auth\.token$/).waitFor();
      expect(await page.getByRole('dialog').getByRole('button', { name: 'Add backend' }).isDisabled()).toBe(true);
    } finally {
      await stage.admin('policy', 'reset');
    }
  });

  it('what is written in any form can be copied as a command that can be typed', async () => {
    await stage.open(`${org}/jobs`);
    for (const form of [...typedForms, ...confirmations]) {
      await stage.goTo(form.path);
      const text = await commandOf(stage.page, form);
      const [command, ...more] = commandsIn(text);
      if (command === undefined) throw new Error(`no command: ${text}`);
      const [words, ...rest] = form.command;
      expect([command.args.slice(0, 2).join(' '), more]).toEqual([words, []]);
      expect(command.args).toEqual(expect.arrayContaining([...rest, '--org', 'default']));
      const refusal = await refusalOf(command);
      // What deletes asks first, and here is no terminal.
      const isAsked = confirmations.includes(form) && refusal?.includes('this needs confirmation') === true;
      expect(isAsked ? undefined : refusal, text).toBeUndefined();
    }
  });

  it('a version is restored and a session ended by a command that can be copied first', async () => {
    const { page, installation } = stage;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: installation.url });
    const copied = async (): Promise<string> => {
      await page.getByRole('button', { name: 'Copy command' }).first().click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      return page.evaluate<string>('navigator.clipboard.readText()');
    };
    await stage.open(`${scope}?secret=DB_PASSWORD`);
    expect(await copied()).toBe('kici-admin secret restore --scope internal:production DB_PASSWORD 1 --org default');
    await stage.goTo(`${org}/access`);
    const { sessions } = await installation.call('sessions.list', {});
    expect(sessions.map(({ id }) => `kici-admin session end ${id} --org default`)).toContain(await copied());
  });
});
