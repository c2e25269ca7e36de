import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Locator } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { dyingAt, type KillPoint } from '../support/kill-at.ts';
import { describeLane } from '../support/lane.ts';
import { browserLane } from './support/browser.ts';
import { furnish, install, type Installation } from './support/installation.ts';
import { setStage } from './support/stage.ts';

interface Write extends Pick<KillPoint, 'of' | 'text'> {
  readonly what: string;
  readonly path: string;
  readonly opener: string;
  /** The button that sends it. */
  readonly verb: string;
  readonly type: (dialog: Locator) => Promise<unknown>;
  /** How often it was made. */
  readonly made: (call: Installation['call']) => Promise<number>;
  /** What the form says of one that was made, though its answer is lost; absent where doing it again does nothing. */
  readonly says?: RegExp;
}

const fill = (dialog: Locator, label: string, text: string) => dialog.getByLabel(label, { exact: true }).fill(text);
const scope = 'settings/secrets/internal:staging';
const versionsOf = async (call: Installation['call'], key: string): Promise<number> =>
  (await call('secrets.list', { scope: 'staging' })).secrets.some((one) => one.key === key)
    ? (await call('secrets.versions', { scope: 'staging', key })).versions.length
    : 0;

const writes: readonly Write[] = [
  {
    what: 'a secret',
    path: scope,
    opener: 'Edit value of API_URL',
    verb: 'Save',
    type: (dialog) => fill(dialog, 'Value', 'once'),
    of: 'commit',
    text: 'insert into "internal_versions"',
    made: async (call) => (await versionsOf(call, 'API_URL')) - 1,
    says: /version 2 is current now\.\s+It is probably your own/,
  },
  {
    what: 'an import',
    path: scope,
    opener: 'Paste .env',
    verb: 'Apply 1 secret',
    type: async (dialog) => {
      await fill(dialog, 'Contents of a .env file', 'KILLED=1');
      await dialog.getByRole('button', { name: 'Review 1 secret' }).click();
    },
    of: 'commit',
    text: 'insert into "internal_versions"',
    made: (call) => versionsOf(call, 'KILLED'),
  },
  {
    what: 'a change of a binding',
    path: 'environments/production',
    opener: 'Change corp-vault:apps/shop/db',
    verb: 'Save',
    type: (dialog) => fill(dialog, 'Priority', '77'),
    of: 'commit',
    text: 'insert into "bindings"',
    made: async (call) =>
      (await call('environments.show', { environment: 'production' })).bindings.filter(
        ({ priority }) => priority === 77,
      ).length,
    says: /What is stored now is what you typed/,
  },
  {
    what: 'a token',
    path: 'access',
    opener: 'Issue token',
    verb: 'Issue token',
    type: (dialog) => fill(dialog, 'Name', 'killed'),
    of: 'statement',
    text: 'insert into "tokens"',
    made: async (call) => (await call('tokens.list', {})).tokens.filter(({ name }) => name === 'killed').length,
    says: /One like this is there now/,
  },
];

describeLane(browserLane, () => {
  let home: string;
  const pointFile = (): string => join(home, 'kill-point.json');
  const stage = setStage(furnish, async () => {
    home = await mkdtemp(join(tmpdir(), 'kici-dashboard-'));
    return { home, environment: dyingAt(pointFile()) };
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  const down = () => stage.page.getByText('This page continues by itself');

  /** Ends the orchestrator at that point of what is sent, and starts it again at the same address. */
  async function killDuring(point: KillPoint, send: () => Promise<void>): Promise<void> {
    const { process: victim, url } = stage.installation;
    const ended = once(victim, 'close');
    await writeFile(pointFile(), JSON.stringify(point));
    await send();
    expect((await Promise.race([ended, wait(60_000, [], { ref: false })]))[1]).toBe('SIGKILL');
    await down().waitFor();
    await rm(pointFile());
    stage.installation = await install({
      home,
      environment: { ...dyingAt(pointFile()), KICI_PORT: new URL(url).port },
    });
    await down().waitFor({ state: 'detached' });
  }

  it.each(writes)(
    'an orchestrator that is killed while the page sends $what leaves nothing half done, and nothing is made twice',
    async ({ path, opener, verb, type, made, says, ...point }) => {
      const { page } = stage;
      await stage.open(`/orgs/default/${path}`);
      await page.getByRole('button', { name: opener, exact: true }).click();
      const dialog = page.getByRole('dialog');
      await type(dialog);
      const send = dialog.getByRole('button', { name: verb, exact: true });
      const typed = async (): Promise<readonly string[]> =>
        Promise.all((await dialog.getByRole('textbox').all()).map((one) => one.inputValue()));
      await send.waitFor();
      const before = await typed();

      await killDuring({ ...point, when: 'before' }, () => send.click());
      await dialog.getByText(/not known whether this was done/).waitFor();
      expect([await made(stage.installation.call), await typed()]).toEqual([0, before]);

      await killDuring({ ...point, when: 'after' }, () => send.click());
      expect([await made(stage.installation.call), await typed()]).toEqual([1, before]);
      if (says === undefined) {
        await send.click();
        await dialog.waitFor({ state: 'detached' });
      } else await expect.poll(() => dialog.innerText()).toMatch(says);
      expect(await made(stage.installation.call)).toBe(1);
      const { problems } = await stage.installation.call('audit.verify', {});
      expect(problems).toEqual([]);
    },
  );
});
