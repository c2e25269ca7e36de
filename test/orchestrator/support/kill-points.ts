import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commitStatement as commit, createTap, type TapPoint } from '../../support/tap.ts';
import { deeds, examine, tellOf, type Deed } from './kill-deeds.ts';
import { startMember, type Member } from './members.ts';

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
      const acting = tellOf(deed.act(victim, world));
      if ((await Promise.race([reached.then(() => 'reached'), acting])) !== 'reached')
        problems.push('the point was not reached');
      if (how === 'process') {
        const ended = once(running.process, 'close');
        running.process.kill('SIGKILL');
        await ended;
        victim = undefined;
      } else tap.cut();
      // Whoever was refused tries again, on the other one.
      problems.push(...(await examine(deed, witness, world, await acting)));
      return problems.map((problem) => `${nameOf(point)}: ${problem}`);
    },
    async [Symbol.asyncDispose]() {
      for (const member of [victim, witness]) await member?.running[Symbol.asyncDispose]();
      await tap[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
