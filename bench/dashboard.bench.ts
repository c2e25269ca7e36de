import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Browser, Page } from 'playwright-core';
import { browserLane, launchBrowser, visit } from '../test/dashboard/support/browser.ts';
import { install, type Installation } from '../test/dashboard/support/installation.ts';
import type { BenchRow } from './row.ts';

export const name = 'dashboard';

const environments = 20;
const keyCounts = [50, 5_000];
const scopes = 50_000;
const rounds = 5;
const baseline = 'a bare static page';

interface Figures {
  /** Milliseconds from requesting the address until something useful is painted. */
  readonly painted: number;
  /** … until what is useful reacts to a click. */
  readonly interactive: number;
  /** On the wire, headers included. */
  readonly bytes: number;
}

/** How soon the grid and the tree can be read and used without a cache, beside a one-line page: medians. */
export async function run(): Promise<readonly BenchRow[]> {
  if (browserLane.missing !== undefined) throw new Error(browserLane.missing);
  const browser = await launchBrowser();
  try {
    const bare = await measureBare(browser);
    const rows = [...rowsOf(baseline, bare, undefined)];
    for (const keys of keyCounts)
      rows.push(
        ...rowsOf(
          `the grid of ${keys.toLocaleString('en')} keys × ${environments}`,
          await measureGrid(browser, keys),
          bare,
        ),
      );
    rows.push(...rowsOf(`the tree of ${scopes.toLocaleString('en')} scopes`, await measureTree(browser), bare));
    return rows;
  } finally {
    await browser.close();
  }
}

async function measureBare(browser: Browser): Promise<Figures> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>bare</title><p id="text">text</p>');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  // The type of `address()` for a server that listens on a port.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { port } = server.address() as AddressInfo;
  try {
    return await medians(browser, undefined, (page) => load(page, `http://127.0.0.1:${port}/`, '#text'));
  } finally {
    server.close();
  }
}

async function measureGrid(browser: Browser, keys: number): Promise<Figures> {
  await using installation = await install();
  await fill(installation, keys);
  return await medians(browser, installation, (page) => load(page, `${installation.url}/`, '[role=gridcell]', 'aside'));
}

async function measureTree(browser: Browser): Promise<Figures> {
  await using installation = await install();
  await installation.call('scopes.create', { scope: 'team-00/service-000/first' });
  using database = new DatabaseSync(join(installation.home, 'data', 'kici.db'), { timeout: 10_000 });
  // As many requests would take minutes.
  database.exec(`
    insert into internal_scopes (organization, scope, created_at)
    with recursive numbers (n) as (values (0) union all select n + 1 from numbers where n < ${scopes - 2})
    select organization, printf('team-%02d/service-%03d/env-%d', n % 50, n % 1000, n / 1000), created_at
    from internal_scopes, numbers`);
  return await medians(browser, installation, (page) =>
    load(
      page,
      `${installation.url}/orgs/default/settings/secrets`,
      'summary:has-text("team-00/")',
      'summary:has-text("service-000/")',
    ),
  );
}

async function fill({ call }: Installation, keys: number): Promise<void> {
  const batch = 500;
  for (let from = 0; from < keys; from += batch)
    await call('secrets.import', {
      scope: 'all',
      entries: Array.from({ length: Math.min(batch, keys - from) }, (_, index) => ({
        key: `KEY_${String(from + index).padStart(5, '0')}`,
        value: 'dg==',
      })),
    });
  for (let index = 0; index < environments; index += 1)
    await call('environments.create', { name: `environment-${index}`, bind: ['all'] });
}

async function medians(
  browser: Browser,
  installation: Installation | undefined,
  one: (page: Page) => Promise<Figures>,
): Promise<Figures> {
  const found: Figures[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await using visitor = await visit(browser);
    if (installation !== undefined)
      await visitor.page.request.post(`${installation.url}/dashboard/session`, { data: { token: installation.token } });
    found.push(await one(visitor.page));
  }
  const median = (of: keyof Figures): number =>
    found.map((figures) => figures[of]).toSorted((left, right) => left - right)[Math.floor(rounds / 2)] ?? 0;
  return { painted: median('painted'), interactive: median('interactive'), bytes: median('bytes') };
}

/**
 * @param useful what makes it more than an empty page
 * @param answer what a click on it brings
 */
async function load(page: Page, url: string, useful: string, answer?: string): Promise<Figures> {
  page.setDefaultTimeout(120_000);
  const wire = await page.context().newCDPSession(page);
  let bytes = 0;
  wire.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await wire.send('Network.enable');
  const start = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator(useful).first().waitFor();
  const painted = performance.now() - start;
  await page.locator(useful).first().click();
  if (answer !== undefined) await page.locator(answer).first().waitFor();
  const interactive = performance.now() - start;
  return { painted, interactive, bytes };
}

function rowsOf(what: string, { painted, interactive, bytes }: Figures, bare: Figures | undefined): BenchRow[] {
  const beside = (value: number, of: number | undefined): Pick<BenchRow, 'baseline' | 'ratio'> =>
    of === undefined ? {} : { baseline, ratio: value / of };
  return [
    { what: `${what}: useful`, value: painted, unit: 'ms', ...beside(painted, bare?.painted) },
    { what: '  answers to a click', value: interactive, unit: 'ms', ...beside(interactive, bare?.interactive) },
    { what: '  sent', value: bytes / 1_000, unit: 'kB', ...beside(bytes, bare?.bytes) },
  ];
}
