import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commitStatement as commit, createTap, type TapPoint } from '../../support/tap.ts';
import { open } from './jobs.ts';
import { startMember, type Member } from './members.ts';
import { base64, type TestServer } from './server.ts';

type Caller = Pick<TestServer, 'as' | 'call'>;

/** What is under way when an orchestrator ends. */
interface Deed {
  readonly name: string;
  /** In a world of that name. */
  arrange(on: Caller, world: string): Promise<void>;
  act(on: Caller, world: string): Promise<unknown>;
  /** `old` or `new`; anything else is a half. */
  look(on: Caller, world: string): Promise<string>;
  readonly statements: readonly string[];
  /** Of its intent, of itself, and of its outcome. */
  readonly commits: number;
}

const secretOf = (world: string) => ({ scope: world, key: 'K' });

async function withSecret({ call }: Caller, world: string): Promise<void> {
  await call('secrets.set', { ...secretOf(world), value: base64('old') });
  await call('environments.create', { name: world, bind: [world] });
}

async function valueIn(on: Caller, world: string, key = 'K'): Promise<string> {
  return String(await (await open(on, world)).value(key));
}

const deeds: readonly Deed[] = [
  {
    name: 'a write',
    arrange: withSecret,
    act: ({ call }, world) => call('secrets.set', { ...secretOf(world), value: base64('new') }),
    look: valueIn,
    statements: ['insert into "internal_versions"', 'update "internal_secrets"'],
    commits: 3,
  },
  {
    name: 'a rename',
    arrange: withSecret,
    act: ({ call }, world) => call('scopes.rename', { from: world, to: `${world}-new` }),
    async look(on, world) {
      // Wherever it lies, the binding has to lie there too.
      if ((await valueIn(on, world)) !== 'old') return 'half';
      const { scopes } = await on.call('scopes.list');
      return scopes.some((scope) => scope === `internal:${world}-new`) ? 'new' : 'old';
    },
    statements: ['update "internal_scopes"', 'update "bindings"'],
    commits: 3,
  },
  {
    name: 'a binding',
    arrange: withSecret,
    act: ({ call }, world) => call('bindings.add', { environment: world, scope: world, prefix: 'P_', priority: 1 }),
    look: async (on, world) => ((await valueIn(on, world, 'P_K')) === 'old' ? 'new' : 'old'),
    statements: ['insert into "bindings"', 'update "organizations"'],
    commits: 3,
  },
  {
    name: 'a token',
    arrange: async () => undefined,
    act: ({ call }, world) => call('tokens.create', { name: world, role: 'author' }),
    look: async ({ call }, world) =>
      (await call('tokens.list')).tokens.some(({ name }) => name === world) ? 'new' : 'old',
    statements: ['insert into "tokens"'],
    // A single statement commits itself.
    commits: 2,
  },
];

export interface KillPoint extends TapPoint {
  readonly deed: Deed;
}

export const killPoints: readonly KillPoint[] = deeds.flatMap((deed) =>
  (['before', 'after'] as const).flatMap((when) => [
    ...deed.statements.map((statement) => ({ deed, statement, when })),
    ...Array.from({ length: deed.commits }, (_, skip) => ({ deed, statement: commit, when, skip })),
  ]),
);

export function nameOf({ deed, statement, when, skip = 0 }: KillPoint): string {
  return `${deed.name}, ${when} ${statement === commit ? `its commit ${skip + 1}` : statement}`;
}

/** An orchestrator that ends, beside one that stays. */
export interface Scene extends AsyncDisposable {
  /** @returns what is wrong, in words */
  kill(point: KillPoint, how: 'process' | 'connections'): Promise<readonly string[]>;
}

export async function createScene(databaseUrl: string): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-points-'));
  const tap = await createTap(databaseUrl);
  const start = (url: string, name: string, owner?: string) =>
    startMember(url, owner, { home: join(folder, name), folder });
  const witness = await start(databaseUrl, 'witness');
  let victim: Member | undefined;
  let worlds = 0;
  return {
    async kill(point, how) {
      victim ??= await start(tap.url, 'victim', witness.owner);
      const { deed } = point;
      const { running } = victim;
      const problems: string[] = [];
      const world = `world-${(worlds += 1)}`;
      await deed.arrange(witness, world);
      const reached = tap.stopAt(point);
      const acting = deed.act(victim, world).then(
        () => 'acknowledged',
        () => 'refused',
      );
      if ((await Promise.race([reached.then(() => 'reached'), acting])) !== 'reached')
        problems.push('the point was not reached');
      if (how === 'process') {
        const ended = once(running.process, 'close');
        running.process.kill('SIGKILL');
        await ended;
        victim = undefined;
      } else tap.cut();
      const told = await acting;
      const seen = await deed.look(witness, world);
      if (seen !== 'new' && seen !== 'old') problems.push(`it is ${seen}`);
      if (told === 'acknowledged' && seen !== 'new') problems.push(`it was acknowledged, and is ${seen}`);
      // Whoever was refused tries again, on the other one.
      if (seen === 'old') await deed.act(witness, world);
      const after = await deed.look(witness, world);
      if (after !== 'new') problems.push(`it is ${after} after another attempt`);
      const audit = await witness.call('audit.verify');
      problems.push(...audit.problems.map(({ sequence, problem }) => `audit row ${sequence}: ${problem}`));
      return problems.map((problem) => `${nameOf(point)}: ${problem}`);
    },
    async [Symbol.asyncDispose]() {
      for (const member of [victim, witness]) await member?.running[Symbol.asyncDispose]();
      await tap[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
