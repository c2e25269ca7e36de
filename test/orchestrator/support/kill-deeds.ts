import { open } from './jobs.ts';
import { base64, type TestServer } from './server.ts';

export type Caller = Pick<TestServer, 'as' | 'call'>;

/** What is under way when an orchestrator ends. */
export interface Deed {
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

export const deeds: readonly Deed[] = [
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

/**
 * Looks at what a kill has left, and does the deed again where it was not done.
 * @param told what its caller heard
 * @returns what is wrong, in words
 */
export async function examine(
  deed: Deed,
  on: Caller,
  world: string,
  told: 'acknowledged' | 'refused',
): Promise<readonly string[]> {
  const problems: string[] = [];
  const seen = await deed.look(on, world);
  if (seen !== 'new' && seen !== 'old') problems.push(`it is ${seen}`);
  if (told === 'acknowledged' && seen !== 'new') problems.push(`it was acknowledged, and is ${seen}`);
  if (seen === 'old') await deed.act(on, world);
  const after = await deed.look(on, world);
  if (after !== 'new') problems.push(`it is ${after} after another attempt`);
  const audit = await on.call('audit.verify');
  return [...problems, ...audit.problems.map(({ sequence, problem }) => `audit row ${sequence}: ${problem}`)];
}

/** What the caller of a deed hears. */
export function tellOf(acting: Promise<unknown>): Promise<'acknowledged' | 'refused'> {
  return acting.then(
    () => 'acknowledged',
    () => 'refused',
  );
}
