import { expect, it } from 'vitest';
import { createScene, killPoints, nameOf } from '../orchestrator/support/kill-points.ts';
import { makeDatabase, serverUrl } from '../support/postgres.ts';

const kills = Number(process.env['KILLS'] ?? 200);

it(`an orchestrator that is killed at named points, ${kills} times, leaves all or nothing of what it did (KILLS)`, async () => {
  await using scene = await createScene(serverUrl(await makeDatabase()));
  const problems: string[] = [];
  const counts = new Map<string, number>();
  for (let kill = 0; kill < kills; kill += 1) {
    const point = killPoints[kill % killPoints.length];
    if (point === undefined) throw new TypeError('there are points');
    problems.push(...(await scene.kill(point, 'process')));
    counts.set(nameOf(point), (counts.get(nameOf(point)) ?? 0) + 1);
  }
  console.log(`kill points: ${JSON.stringify({ kills, points: counts.size, problems: problems.length })}`);
  expect(problems).toEqual([]);
}, 3_600_000);
