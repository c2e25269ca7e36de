import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { dyingAt, type KillPoint } from '../../support/kill-at.ts';
import { deeds, examine, tellOf, type Deed } from './kill-deeds.ts';
import { startAlone, type Member } from './members.ts';

export interface EmbeddedKillPoint extends KillPoint {
  readonly deed: Deed;
}

const moments = ['before', 'after'] as const;

export const embeddedKillPoints: readonly EmbeddedKillPoint[] = deeds.flatMap((deed) =>
  moments.flatMap((when): readonly EmbeddedKillPoint[] => [
    ...deed.statements.map((text) => ({ deed, of: 'statement' as const, text, when })),
    ...Array.from({ length: deed.commits }, (_, skip) => ({
      deed,
      of: 'statement' as const,
      text: 'commit',
      when,
      skip,
    })),
    { deed, of: 'file', text: 'audit-anchor.json', when },
  ]),
);

export function nameOf({ deed, text, when, skip = 0 }: EmbeddedKillPoint): string {
  return `${deed.name}, ${when} ${text}${skip === 0 ? '' : ` ${skip + 1}`}`;
}

/** An orchestrator with its own SQLite, which ends at a point and starts again. */
export interface EmbeddedScene extends AsyncDisposable {
  /** @returns what is wrong, in words */
  kill(point: EmbeddedKillPoint): Promise<readonly string[]>;
}

/** Long enough for the anchor, which is written after the answer. */
const patienceMs = 60_000;

export async function createEmbeddedScene(): Promise<EmbeddedScene> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-points-'));
  const pointFile = join(folder, 'point.json');
  const start = (owner?: string) => startAlone({ home: folder, folder, environment: dyingAt(pointFile) }, owner);
  let victim: Member = await start();
  let worlds = 0;
  return {
    async kill({ deed, ...point }) {
      const problems: string[] = [];
      const world = `world-${(worlds += 1)}`;
      await deed.arrange(victim, world);
      const ended = once(victim.running.process, 'close');
      await writeFile(pointFile, JSON.stringify(point));
      const told = tellOf(deed.act(victim, world));
      if ((await Promise.race([ended, wait(patienceMs, undefined, { ref: false })])) === undefined) {
        problems.push('the point was not reached');
        victim.running.process.kill('SIGKILL');
        await ended;
      }
      await rm(pointFile);
      victim = await start(victim.owner);
      problems.push(...(await examine(deed, victim, world, await told)));
      return problems.map((problem) => `${nameOf({ deed, ...point })}: ${problem}`);
    },
    async [Symbol.asyncDispose]() {
      await victim.running[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
