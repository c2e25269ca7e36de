import type { Page } from 'playwright-core';

/** A picture. */
export interface Shot {
  readonly name: string;
  /** Left out for whoever has not signed in. */
  readonly path?: string;
  /** What has to be there before the picture. */
  readonly text: string;
  readonly act?: (page: Page) => Promise<unknown>;
}

const org = '/orgs/default';
const scope = { path: `${org}/settings/secrets/internal:production`, text: 'PAGERDUTY_KEY' };
const environment = { path: `${org}/environments/production`, text: 'corp-vault:apps/shop/db' };
const variables = { path: `${org}/settings/variables/production`, text: 'REGION' };
const backends = { path: `${org}/settings/backends`, text: 'corp-vault' };
const access = { path: `${org}/access`, text: 'auditor' };
const grid = { path: `${org}/grid`, text: 'SENTRY_DSN' };

const opens =
  (button: string, then?: (page: Page) => Promise<unknown>) =>
  async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: button, exact: true }).and(page.locator(':enabled')).first().click();
    await page.getByRole('dialog').waitFor();
    await then?.(page);
  };
const fills = (label: string, text: string) => (page: Page) =>
  page.getByRole('dialog').getByLabel(label, { exact: true }).fill(text);

/** With enough of everything. */
export const furnished: readonly Shot[] = [
  { name: 'sign-in', text: 'Token' },
  { name: 'grid', ...grid },
  { name: 'explain', path: `${org}/grid?key=DB_PASSWORD&environment=production`, text: 'nothing passes' },
  {
    name: 'palette',
    ...grid,
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: /^Find keys/ }).fill('prod');
      await page.getByRole('option').first().waitFor();
    },
  },
  { name: 'secrets', path: `${org}/settings/secrets`, text: 'observability' },
  { name: 'new-scope', path: `${org}/settings/secrets`, text: 'observability', act: opens('New scope') },
  { name: 'scope', ...scope },
  {
    name: 'add-secret',
    ...scope,
    act: opens('Add secret', async (page) => {
      await fills('Name', 'STRIPE_KEY')(page);
      await fills('Value', 'an-example')(page);
      await page.locator('[data-sha256]:not([data-sha256=""])').waitFor();
    }),
  },
  {
    name: 'discard',
    ...scope,
    act: opens('Edit value of API_URL', async (page) => {
      await fills('Value', 'an-example')(page);
      await page.keyboard.press('Escape');
      await page.getByRole('alertdialog').waitFor();
    }),
  },
  {
    name: 'paste-env',
    ...scope,
    act: opens('Paste .env', async (page) => {
      await fills('Contents of a .env file', 'DB_PASSWORD=new\nREDIS_URL="redis://cache"\nEMPTY=\n')(page);
      await page.getByRole('button', { name: 'Review 2 secrets' }).click();
      await page.getByRole('button', { name: 'Apply 2 secrets', disabled: false }).waitFor();
    }),
  },
  { name: 'delete-secret', ...scope, act: opens('Delete DB_PASSWORD') },
  { name: 'history', path: `${scope.path}?secret=DB_PASSWORD`, text: 'Restore version' },
  { name: 'variables', ...variables },
  { name: 'add-variable', ...variables, act: opens('Add variable') },
  {
    name: 'locked',
    ...variables,
    act: async (page) => {
      await page.getByRole('button', { name: 'locked: Change' }).click();
      await page.getByText('This variable is locked').waitFor();
    },
  },
  { name: 'backends', ...backends },
  { name: 'add-backend', ...backends, act: opens('Add backend') },
  { name: 'policy', path: `${org}/settings/policy`, text: 'secrets.set' },
  { name: 'environments', path: `${org}/environments`, text: 'bindings' },
  { name: 'environment', ...environment },
  {
    name: 'bind-scope',
    ...environment,
    act: opens('Bind scope', async (page) => {
      await fills('Scope or pattern', 'apps/**')(page);
      await page.getByRole('dialog').getByText('STRIPE_KEY').waitFor();
    }),
  },
  { name: 'jobs', path: `${org}/jobs`, text: 'release' },
  { name: 'audit', path: `${org}/audit`, text: 'Intact' },
  { name: 'access', ...access },
  { name: 'issue-token', ...access, act: opens('Issue token') },
  {
    name: 'failure',
    ...grid,
    act: async (page) => {
      await page.route('**/api/v1/**', (route) =>
        route.fulfill({
          status: 503,
          json: { error: 'unavailable', message: 'the database does not answer', hint: 'see the log', requestId: '7' },
        }),
      );
      await page.goto(page.url().replace('grid', 'jobs'));
      await page.getByRole('alert').first().waitFor();
    },
  },
];

/** With nothing yet. */
export const empty: readonly Shot[] = [
  { name: 'empty-grid', path: `${org}/grid`, text: 'No environment yet' },
  { name: 'empty-secrets', path: `${org}/settings/secrets`, text: 'internal' },
  { name: 'empty-scope', path: `${org}/settings/secrets/internal:new`, text: 'No secret in this scope yet' },
  { name: 'empty-variables', path: `${org}/settings/variables`, text: 'No environment yet' },
  { name: 'empty-environments', path: `${org}/environments`, text: 'No environment yet' },
  { name: 'empty-jobs', path: `${org}/jobs`, text: 'No job' },
];

/** With names as long as they may be, and thousands of them. */
export const crowded: readonly Shot[] = [
  { name: 'crowded-grid', path: `${org}/grid`, text: 'keys' },
  { name: 'crowded-secrets', path: `${org}/settings/secrets/internal:many`, text: 'KEY_0001' },
  { name: 'crowded-scope', path: `${org}/settings/secrets/internal:${'long-scope/'.repeat(20)}end`, text: 'LLLL' },
  { name: 'crowded-environment', path: `${org}/environments/environment-0`, text: 'many' },
  {
    name: 'crowded-explain',
    path: `${org}/grid?${new URLSearchParams({ key: 'L'.repeat(255), environment: 'environment-0' }).toString()}`,
    text: 'wins',
  },
  { name: 'crowded-audit', path: `${org}/audit`, text: 'Intact' },
  { name: 'crowded-access', path: `${org}/access`, text: 'TTTT' },
];
