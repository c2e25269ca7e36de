import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { createClient } from '../../src/api/client.ts';
import { operations } from '../../src/api/registry.ts';
import { describeLane } from '../support/lane.ts';
import { browserLane } from './support/browser.ts';
import { furnish } from './support/installation.ts';
import { setStage } from './support/stage.ts';

const org = '/orgs/default';

/** Rows that stand out, as long as they do. */
async function marked(page: Page): Promise<readonly string[]> {
  return page
    .locator('[class*=changed]')
    .evaluateAll((rows) => rows.map((row) => row.querySelector('td, [role=rowheader]')?.textContent ?? ''));
}

describeLane(browserLane, () => {
  const stage = setStage(furnish);
  const isLive = () => stage.page.getByRole('banner').getByText('Live', { exact: true }).waitFor();

  describe('a row that another person has edited stands out, and no other does', () => {
    it('among the names of a scope, whatever moves because of it', async () => {
      const { page, installation } = stage;
      await stage.open(`${org}/settings/secrets/internal:staging`);
      await page.getByRole('row', { name: /SMTP_PASSWORD/ }).waitFor();
      await isLive();
      await installation.call('secrets.set', { scope: 'staging', key: 'A_FIRST_ONE', value: 'dg==' });
      await expect.poll(() => marked(page)).toEqual(['A_FIRST_ONE']);
      await expect.poll(() => marked(page)).toEqual([]);
      await installation.call('secrets.set', { scope: 'staging', key: 'SMTP_PASSWORD', value: 'dg==' });
      await expect.poll(() => marked(page)).toEqual(['SMTP_PASSWORD']);
    });

    it('among the keys of the grid', async () => {
      const { page, installation } = stage;
      await stage.open();
      await page.getByRole('rowheader', { name: 'SENTRY_DSN' }).waitFor();
      await isLive();
      await installation.call('secrets.set', { scope: 'production', key: 'JWT_SIGNING_KEY', value: 'dg==' });
      await expect.poll(() => marked(page)).toEqual(['JWT_SIGNING_KEY']);
    });

    it('among variables and bindings', async () => {
      const { page, installation } = stage;
      await stage.open(`${org}/settings/variables/production`);
      await page.getByRole('row', { name: /LOG_LEVEL/ }).waitFor();
      await isLive();
      await installation.call('variables.set', { environment: 'production', name: 'LOG_LEVEL', value: 'info' });
      await expect.poll(() => marked(page)).toEqual(['LOG_LEVEL']);
      await stage.goTo(`${org}/environments/staging`);
      await page
        .getByRole('row', { name: /shared/ })
        .first()
        .waitFor();
      await isLive();
      const { bindings } = await installation.call('environments.show', { environment: 'staging' });
      const shared = bindings.find(({ scope }) => scope.endsWith('shared/**'));
      await installation.call('bindings.update', { environment: 'staging', id: shared?.id ?? '', priority: -11 });
      await expect.poll(() => marked(page)).toContain('shared/**');
    });
  });

  const copied = [
    ['grid', 'keys', 'SENTRY_DSN'],
    ['settings/secrets/internal:production', 'secrets', 'PAGERDUTY_KEY'],
    ['settings/variables/production', 'variables', 'REGION'],
    ['settings/backends', 'backends', 'corp-vault'],
    ['settings/policy', 'operations', 'secrets.set'],
    ['environments/production', 'bindings', 'corp-vault:apps/shop/db'],
    ['environments', 'environments', 'production'],
    ['settings/secrets', 'backends', 'observability'],
    ['jobs', 'jobs', 'release'],
    ['access', 'tokens', 'auditor'],
  ] as const;
  it('every list is copied as JSON', async () => {
    const { page, installation } = stage;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: installation.url });
    await stage.open();
    for (const [path, list, text] of copied) {
      await stage.goTo(`${org}/${path}`);
      await page.getByRole('main').getByText(text).first().waitFor();
      await page.getByRole('button', { name: 'Copy as JSON' }).last().click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      const data: unknown = JSON.parse(await page.evaluate<string>('navigator.clipboard.readText()'));
      expect([path, data]).toEqual([path, expect.objectContaining({ [list]: expect.anything() })]);
      expect(JSON.stringify(data)).toContain(text);
    }
  });

  it('an open job is listed with the keys that it has asked for, as soon as it has', async () => {
    const { page, installation } = stage;
    const { jobId, jobToken } = await installation.call('jobs.open', {
      environment: 'production',
      workflow: 'deploy',
      job: 'migrate',
      agentPublicKey: Buffer.alloc(32, 'x').toString('base64'),
    });
    const job = createClient({ url: installation.url, token: jobToken, organization: 'default' });
    await stage.open(`${org}/jobs`);
    const row = page.getByRole('row', { name: /^deploy migrate production/ });
    await row.getByText('none yet').waitFor();
    await isLive();
    await job.call(operations['jobs.read'], { jobId, keys: ['API_URL', 'SMTP_PASSWORD'] });
    await row.getByText('API_URL, SMTP_PASSWORD').waitFor();
  });

  it('the reason of an import is in the audit log, and on its page', async () => {
    const { page, installation } = stage;
    await stage.open(`${org}/settings/secrets/internal:reasons`);
    await page.getByRole('button', { name: 'Paste .env' }).click();
    const dialog = page.getByRole('dialog', { name: 'Paste .env' });
    await dialog.getByLabel('Contents of a .env file').fill('ONE=1');
    await dialog.getByRole('button', { name: 'Review 1 secret' }).click();
    await dialog.getByLabel('Reason').fill('rotated by hand');
    await dialog.getByText(/kici-admin secret import --scope internal:reasons .*--reason 'rotated by hand'/).waitFor();
    await dialog.getByRole('button', { name: 'Apply 1 secret' }).click();
    await dialog.waitFor({ state: 'detached' });
    const { rows } = await installation.call('audit.list', { operation: 'secrets.import' });
    expect(rows[0]?.subject).toMatchObject({ reason: 'rotated by hand' });
    await stage.goTo(`${org}/audit`);
    await page.getByText('reason=rotated by hand').first().waitFor();
    const shown = page.getByRole('button', { name: /^Row / });
    const filter = { scope: 'internal:reasons', outcome: 'done', operation: 'secrets.import' };
    for (const [field, text] of [
      ['Scope', filter.scope],
      ['Result', filter.outcome],
      ['Operation', filter.operation],
    ] as const)
      await page.getByRole('searchbox', { name: field }).fill(text);
    const found = (await installation.call('audit.list', filter)).rows.map(({ sequence }) => `Row ${sequence}`);
    expect(found).not.toEqual([]);
    await expect.poll(() => shown.evaluateAll((all) => all.map((one) => one.ariaLabel))).toEqual(found);
    await page.getByRole('searchbox', { name: 'Job id' }).fill('none');
    await page.getByText('No row matches the filter').waitFor();
  });

  it('the policy says who gets values as plain JSON, and the command that changes it', async () => {
    const { page } = stage;
    await stage.open(`${org}/settings/policy`);
    await page.getByText('Plain reads are off.').waitFor();
    await page.getByText('kici-admin policy set --plain-reads on --org default').waitFor();
    await isLive();
    await stage.admin('policy', 'set', '--plain-reads', 'on');
    try {
      await page.getByText('Plain reads are on.').waitFor();
      await page.getByText('kici-admin policy set --plain-reads off --org default').waitFor();
      await page.getByText(/Tokens with the role reader get the values/).waitFor();
    } finally {
      await stage.admin('policy', 'reset');
    }
  });
});
