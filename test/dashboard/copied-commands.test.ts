import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { commandsIn } from '../docs/markdown.ts';
import { refusalOf } from '../docs/refusal.ts';
import { describeLane } from '../support/lane.ts';
import { browserLane } from './support/browser.ts';
import { confirmations, typedForms, type WriteForm } from './support/forms.ts';
import { furnish } from './support/installation.ts';
import { setStage } from './support/stage.ts';

const forms = Object.entries(Object.groupBy([...typedForms, ...confirmations], ({ path }) => path));

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

  it.each(forms)('what is written at %s can be copied as a command that can be typed', async (path, all = []) => {
    await stage.open(path);
    for (const form of all) {
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
    await stage.open('/orgs/default/settings/secrets/internal:production?secret=DB_PASSWORD');
    expect(await copied()).toBe('kici-admin secret restore --scope internal:production DB_PASSWORD 1 --org default');
    await page.goto(`${installation.url}/orgs/default/access`);
    const { sessions } = await installation.call('sessions.list', {});
    expect(sessions.map(({ id }) => `kici-admin session end ${id} --org default`)).toContain(await copied());
  });
});
