import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { browserLane } from './support/browser.ts';
import { setStage } from './support/stage.ts';

const canaries = { set: 'canary-set-5f2c9e', imported: 'canary-imported-81d3aa' };
const forms = Object.values(canaries).flatMap((text) => {
  const base64 = Buffer.from(text).toString('base64');
  return [
    text,
    base64,
    base64.replace(/=+$/, '').slice(2, -2),
    Buffer.from(text).toString('hex'),
    encodeURIComponent(text),
  ];
});
const findIn = (text: string): readonly string[] => [...new Set(forms.filter((form) => text.includes(form)))];

describeLane(browserLane, () => {
  const stage = setStage(
    ({ call }) => call('scopes.create', { scope: 'production' }),
    () => ({ environment: { KICI_LOG_LEVEL: 'debug' } }),
  );

  it('a value that was set, imported and restored is in the bodies that carry it, and nowhere else', async () => {
    const { page, installation } = stage;
    const context = page.context();
    const carrying: string[] = [];
    const others: string[] = [];
    page.on('request', (request) => {
      const body = request.postData() ?? '';
      if (findIn(body).length > 0) carrying.push(`${request.method()} ${new URL(request.url()).pathname}`);
      others.push(request.url(), JSON.stringify(request.headers()));
    });
    const answers: Promise<string>[] = [];
    page.on('response', (response) => {
      if (response.headers()['content-type']?.includes('event-stream') !== true)
        answers.push(response.text().catch(() => ''));
    });
    const written: string[] = [];
    page.on('console', (message) => written.push(message.text()));

    await stage.open('/orgs/default/settings/secrets/internal:production');
    await page.getByRole('button', { name: 'Add secret' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('CANARY');
    await page.getByRole('dialog').getByLabel('Value').fill(canaries.set);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /CANARY/ }).waitFor();

    await page.getByRole('button', { name: 'Paste .env' }).click();
    await page.getByLabel('Contents of a .env file').fill(`CANARY=${canaries.imported}`);
    await page.getByRole('button', { name: 'Review 1 secret' }).click();
    await page.getByRole('button', { name: 'Apply 1 secret' }).click();
    await page.getByText('Imported 1 secret').waitFor();

    await page.getByRole('button', { name: 'History of CANARY' }).click();
    await page.getByRole('button', { name: 'Restore version 1' }).click();
    await page.getByText('Restored version 1 of CANARY').waitFor();

    expect(carrying).toEqual([
      'PUT /api/v1/orgs/default/secrets',
      'POST /api/v1/orgs/default/secrets/import',
      'POST /api/v1/orgs/default/secrets/import',
    ]);
    const inBrowser = String(
      await page.evaluate(
        `(() => JSON.stringify([document.documentElement.outerHTML, [...document.querySelectorAll('input, textarea')].map((one) => one.value), { ...localStorage }, { ...sessionStorage }, history.state, location.href, document.cookie]))()`,
      ),
    );
    const kept = JSON.stringify(await context.storageState({ indexedDB: true }));
    const heard = (await Promise.all(answers)).join('\n');
    const places = {
      page: inBrowser,
      storage: kept,
      addresses: others.join('\n'),
      answers: heard,
      console: written.join('\n'),
      log: installation.output(),
    };
    expect(Object.entries(places).filter(([, text]) => findIn(text).length > 0)).toEqual([]);
    expect(heard).toContain('CANARY');
    for (const file of await readdir(join(installation.home, 'data')))
      expect([file, findIn(await readFile(join(installation.home, 'data', file), 'latin1'))]).toEqual([file, []]);
  });
});
