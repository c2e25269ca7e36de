import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createClient, type ApiClient } from '../../../src/api/client.ts';
import { ApiError } from '../../../src/api/api-error.ts';
import { localTokenFile } from '../../../src/api/local-credentials.ts';
import { operations } from '../../../src/api/registry.ts';
import { cleanEnvironment, spawnProgram, startOrchestrator, type RunningOrchestrator } from '../../support/programs.ts';
import { randomFrom } from './random.ts';

export interface Kills {
  readonly kills: number;
  /** Kills while the server was still starting. */
  readonly duringStart: number;
  readonly acknowledged: number;
  /** Of a scope, together with a binding. */
  readonly renames: number;
  readonly auditRows: number;
  readonly openIntents: number;
  /** In words; empty if everything held. */
  readonly problems: readonly string[];
}

const writers = 6;
/** The most writes acknowledged before a kill, which then strikes during any of the next ones. */
const mostWrites = 60;
const longestPauseMs = 30;
const longestStartMs = 1_500;

/** What the server has acknowledged; a name may have a later value that was in flight at the kill. */
interface Expected {
  readonly secrets: Map<string, number>;
  readonly variables: Map<string, number>;
  readonly bindings: Set<string>;
  readonly tokens: Map<string, string>;
}

/**
 * Kills a server repeatedly at random moments of its start and its work, then checks what it has kept.
 * @param databaseUrl of an empty PostgreSQL; default: SQLite
 */
export async function killAgainAndAgain(kills: number, seed: number, databaseUrl?: string): Promise<Kills> {
  const home = await mkdtemp(join(tmpdir(), 'kici-kills-'));
  const environment = databaseUrl === undefined ? {} : { KICI_DATABASE_URL: databaseUrl };
  const random = randomFrom(seed);
  const expected: Expected = { secrets: new Map(), variables: new Map(), bindings: new Set(), tokens: new Map() };
  let duringStart = 0;
  const progress = { acknowledged: 0, renames: 0 };
  try {
    {
      await using first = await startOrchestrator({ home, environment });
      const client = await clientOf(first);
      await client.call(operations['environments.create'], { name: 'e', bind: ['s'] });
      await client.call(operations['secrets.set'], { scope: 'home/0', key: 'K', value: 'dg==' });
      await client.call(operations['environments.create'], { name: 'moving', bind: ['home/0'] });
    }
    for (let kill = 0; kill < kills; kill += 1) {
      if (random() < 0.25) {
        duringStart += 1;
        await killStart(home, environment, random() * longestStartMs);
        continue;
      }
      const running = await startOrchestrator({ home, environment });
      const client = await clientOf(running);
      const ended = once(running.process, 'close');
      const work = Array.from({ length: writers }, (_, writer) =>
        writeUntilItDies(client, `w${writer}`, expected, () => {
          progress.acknowledged += 1;
        }),
      );
      const moving = renameUntilItDies(client, running, () => {
        progress.renames += 1;
      });
      const enough = progress.acknowledged + Math.floor(random() * mostWrites);
      const renamed = progress.renames;
      const hasWorked = async (): Promise<void> => {
        while (progress.acknowledged < enough || progress.renames === renamed) await wait(1);
      };
      // A failed renaming throws.
      await Promise.race([hasWorked(), moving]);
      await wait(random() * longestPauseMs);
      running.process.kill('SIGKILL');
      await ended;
      await Promise.all([...work, moving]);
    }
    await using last = await startOrchestrator({ home, environment });
    return { kills, duringStart, ...progress, ...(await examine(last, await clientOf(last), expected)) };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function clientOf({ url, environment }: RunningOrchestrator): Promise<ApiClient> {
  const token = await readFile(localTokenFile(url, environment), 'utf8');
  return createClient({ url, token: token.trim(), organization: 'default' });
}

async function killStart(home: string, environment: Readonly<Record<string, string>>, afterMs: number): Promise<void> {
  const child = spawnProgram('kici-orchestrator', [], {
    environment: { ...cleanEnvironment(home), KICI_DATA_DIR: join(home, 'data'), KICI_PORT: '0', ...environment },
    folder: home,
  });
  const ended = once(child, 'close');
  await wait(afterMs);
  child.kill('SIGKILL');
  await ended;
}

async function writeUntilItDies(
  client: ApiClient,
  writer: string,
  { secrets, variables, bindings, tokens }: Expected,
  acknowledged: () => void,
): Promise<void> {
  try {
    for (;;) {
      const number = (secrets.get(writer) ?? 0) + 1;
      const value = Buffer.from(String(number)).toString('base64');
      await client.call(operations['secrets.set'], { scope: 's', key: writer, value });
      secrets.set(writer, number);
      acknowledged();
      await client.call(operations['variables.set'], { environment: 'e', name: `V_${writer}`, value: String(number) });
      variables.set(`V_${writer}`, number);
      acknowledged();
      const { id } = await client.call(operations['bindings.add'], { environment: 'e', scope: `${writer}/${number}` });
      bindings.add(id);
      acknowledged();
      const issued = await client.call(operations['tokens.create'], { name: writer, role: 'author' });
      tokens.set(issued.id, issued.token);
      acknowledged();
    }
  } catch {
    // The server is gone.
  }
}

/** From `home/N` to `home/N+1`, repeatedly, with the binding that names it. */
async function renameUntilItDies(
  client: ApiClient,
  running: RunningOrchestrator,
  acknowledged: () => void,
): Promise<void> {
  for (;;)
    try {
      const [at = ''] = await homes(client);
      await client.call(operations['scopes.rename'], { from: at, to: `home/${Number(at.split('/')[1]) + 1}` });
      acknowledged();
    } catch (error) {
      const code = ApiError.is(error) ? error.code : undefined;
      // The server is gone.
      if (code === 'unreachable') return;
      // Others were faster for as long as it had patience, on a machine with much to do: nothing was done.
      if (code === 'conflict') continue;
      throw new Error(`a rename failed, and the server says:\n${running.output()}`, { cause: error });
    }
}

async function homes(client: ApiClient): Promise<readonly string[]> {
  const { scopes } = await client.call(operations['scopes.list'], {});
  return scopes.map((scope) => scope.replace('internal:', '')).filter((scope) => scope.startsWith('home/'));
}

/** Scope and binding were renamed together each time, or not at all. */
async function requireMovedTogether(client: ApiClient): Promise<readonly string[]> {
  const scopes = await homes(client);
  const { bindings } = await client.call(operations['environments.show'], { environment: 'moving' });
  const { secrets } = await client.call(operations['resolution.catalogue'], { environment: 'moving' });
  const state = JSON.stringify({ scopes, bound: bindings.map(({ scope }) => scope), secrets: secrets.length });
  const expected = JSON.stringify({ scopes: scopes.slice(0, 1), bound: scopes.slice(0, 1), secrets: 1 });
  return state === expected ? [] : [`scope and binding were not renamed together: ${state}`];
}

async function examine(
  { home, url }: RunningOrchestrator,
  client: ApiClient,
  expected: Expected,
): Promise<Pick<Kills, 'auditRows' | 'openIntents' | 'problems'>> {
  const problems = new Array<string>();
  const { secrets } = await client.call(operations['secrets.list'], { scope: 's' });
  for (const [key, number] of expected.secrets) {
    const secret = secrets.find((one) => one.key === key);
    // Version n holds the value n, or a later one.
    if (secret?.status !== 'set' || Number(secret.version) < number)
      problems.push(`the secret ${key} was set ${number} times and is ${JSON.stringify(secret)}`);
  }
  const { variables } = await client.call(operations['variables.list'], { environment: 'e' });
  for (const [name, number] of expected.variables) {
    const found = variables.find((one) => one.name === name);
    if (found === undefined || Number(found.value) < number)
      problems.push(`the variable ${name} was ${number} and is ${found?.value}`);
  }
  const { bindings } = await client.call(operations['environments.show'], { environment: 'e' });
  const ids = new Set(bindings.map(({ id }) => id));
  for (const id of expected.bindings) if (!ids.has(id)) problems.push(`the binding ${id} is gone`);
  for (const [id, token] of expected.tokens)
    await createClient({ url, token, organization: 'default' })
      .call(operations['environments.list'], {})
      .catch((error: unknown) => problems.push(`the token ${id}: ${String(error)}`));
  problems.push(...(await requireMovedTogether(client)));
  const audit = await client.call(operations['audit.verify'], {});
  for (const { sequence, problem } of audit.problems) problems.push(`audit row ${sequence}: ${problem}`);
  for (const folder of ['data', '.config/kici', '.config/kici/tokens'])
    for (const name of await readdir(join(home, folder)))
      if (/[0-9a-f]{8}-[0-9a-f]{4}-/.test(name)) problems.push(`${folder}/${name} was left behind`);
  return { auditRows: audit.rows, openIntents: audit.openIntents.length, problems };
}
