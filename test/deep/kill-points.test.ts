import { expect, it } from 'vitest';
import {
  createEmbeddedScene,
  embeddedKillPoints,
  nameOf as nameOfEmbedded,
} from '../orchestrator/support/kill-points-embedded.ts';
import { createScene, killPoints, nameOf } from '../orchestrator/support/kill-points.ts';
import { makeDatabase, serverUrl } from '../support/postgres.ts';

const kills = Number(process.env['KILLS'] ?? 200);

/** Each point in turn, until there were enough kills. */
async function killAtEach<Point>(
  points: readonly Point[],
  name: (point: Point) => string,
  kill: (point: Point) => Promise<readonly string[]>,
): Promise<void> {
  const problems: string[] = [];
  const counts = new Map<string, number>();
  for (let count = 0; count < kills; count += 1) {
    const point = points[count % points.length];
    if (point === undefined) throw new TypeError('there are points');
    problems.push(...(await kill(point)));
    counts.set(name(point), (counts.get(name(point)) ?? 0) + 1);
  }
  console.log(`kill points: ${JSON.stringify({ kills, points: counts.size, problems: problems.length })}`);
  expect(problems).toEqual([]);
}

it(`an orchestrator that is killed at named points, ${kills} times, leaves all or nothing of what it did (KILLS)`, async () => {
  await using scene = await createScene(serverUrl(await makeDatabase()));
  await killAtEach(killPoints, nameOf, (point) => scene.kill(point, 'process'));
}, 3_600_000);

it(`one with SQLite that is killed at named points, ${kills} times, leaves all or nothing of what it did (KILLS)`, async () => {
  await using scene = await createEmbeddedScene();
  await killAtEach(embeddedKillPoints, nameOfEmbedded, (point) => scene.kill(point));
}, 3_600_000);
