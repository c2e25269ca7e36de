import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { browserLane } from './support/browser.ts';
import { typedForms, type WriteForm } from './support/forms.ts';
import { furnish } from './support/installation.ts';
import { setStage } from './support/stage.ts';

const org = '/orgs/default';
const scope = `${org}/settings/secrets/internal:production`;

describeLane(browserLane, () => {
  const stage = setStage(furnish);
  const question = () => stage.page.getByRole('alertdialog');
  const address = () => new URL(stage.page.url()).pathname;

  /** Leaves the page that is open, so that there is a way back, and types into a form. */
  async function begin({ path, opener, fields }: Pick<WriteForm, 'path' | 'opener' | 'fields'>): Promise<Locator> {
    const label = Object.keys(fields).at(-1) ?? '';
    const { page } = stage;
    await page.getByRole('heading', { name: 'Jobs' }).waitFor();
    await stage.goTo(path);
    await page.getByRole('button', { name: opener, exact: true }).and(page.locator(':enabled')).first().click();
    const field = page.getByRole('dialog').getByLabel(label, { exact: true });
    await field.fill('12');
    return field;
  }

  it('every form that was typed into is asked for before the browser goes back', async () => {
    const { page } = stage;
    await stage.open(`${org}/jobs`);
    for (const form of typedForms) {
      const field = await begin(form);
      await page.goBack();
      await question().getByRole('button', { name: 'Go on' }).click();
      expect([form.opener, address(), await field.inputValue()]).toEqual([form.opener, form.path, '12']);
      await page.goBack();
      await question().getByRole('button', { name: 'Discard' }).click();
      await page.getByRole('heading', { name: 'Jobs' }).waitFor();
      expect([form.opener, address()]).toEqual([form.opener, `${org}/jobs`]);
    }
  });

  const replacing = { path: scope, opener: 'Edit value of API_URL', fields: { Value: '' } };

  it('a jump of the palette is asked for, and leads on when nothing is kept', async () => {
    const { page } = stage;
    await stage.open(`${org}/jobs`);
    const field = await begin(replacing);
    const jump = async (): Promise<void> => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: /^Find keys/ }).fill('audit');
      await page.keyboard.press('Enter');
      await question().waitFor();
    };
    await jump();
    await question().getByRole('button', { name: 'Go on' }).click();
    expect([address(), await field.inputValue()]).toEqual([scope, '12']);
    await jump();
    await question().getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('heading', { name: 'Audit' }).waitFor();
  });

  it('a tab is not closed or loaded again unasked, and is where nothing was typed', async () => {
    const { page } = stage;
    await stage.open(`${org}/jobs`);
    const field = await begin(replacing);
    const asked = new Promise<string>((resolve) => {
      page.once('dialog', (dialog) => {
        resolve(dialog.type());
        void dialog.dismiss();
      });
    });
    await page.evaluate('location.reload()');
    expect(await asked).toBe('beforeunload');
    expect(await field.inputValue()).toBe('12');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.reload();
    await page.getByRole('button', { name: 'Add secret' }).waitFor();
  });

  it('what was stored is no draft any more', async () => {
    const { page, installation } = stage;
    await stage.open(`${org}/environments`);
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('from-a-form');
    await page.getByRole('dialog').getByRole('button', { name: 'Create environment' }).click();
    await page.getByRole('heading', { name: 'from-a-form' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Pick an environment' }).waitFor();
    await installation.call('environments.delete', { environment: 'from-a-form' });
  });

  it('a variable goes to the environment that it was typed for, whatever becomes of the environments', async () => {
    const { page, installation } = stage;
    const form = page.getByRole('dialog', { name: 'Add variable to development' });
    await stage.open(`${org}/settings/variables`);
    await page.getByRole('button', { name: 'Add variable' }).click();
    await form.getByLabel('Name').fill('TYPED');
    await form.getByLabel('Value').fill('for development');
    await installation.call('environments.create', { name: 'a-first-one' });
    await page.getByRole('option', { name: 'a-first-one', includeHidden: true }).waitFor({ state: 'attached' });
    await installation.call('environments.delete', { environment: 'development' });
    await page.getByRole('option', { name: 'development', includeHidden: true }).waitFor({ state: 'detached' });
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('not_found').waitFor();
    expect(await form.getByLabel('Value').inputValue()).toBe('for development');
    await installation.call('environments.create', { name: 'development', bind: ['development'] });
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    const typedIn = async (name: string): Promise<unknown> =>
      (await installation.call('variables.list', { environment: name })).variables.map((one) => [one.name, one.value]);
    expect([await typedIn('a-first-one'), await typedIn('development')]).toEqual([[], [['TYPED', 'for development']]]);
    await installation.call('environments.delete', { environment: 'a-first-one' });
    await installation.call('variables.delete', { environment: 'development', name: 'TYPED' });
  });

  it('a token that is shown once is not lost by going back', async () => {
    const { page } = stage;
    await stage.open(`${org}/jobs`);
    await begin({ path: `${org}/access`, opener: 'Issue token', fields: { Name: '' } });
    await page.getByRole('dialog').getByRole('button', { name: 'Issue token' }).click();
    await page.getByText('It is shown only once.').waitFor();
    await page.goBack();
    await question().getByText('The token is not shown again').waitFor();
    await question().getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
    await page.goBack();
    await page.getByRole('heading', { name: 'Jobs' }).waitFor();
  });
});
