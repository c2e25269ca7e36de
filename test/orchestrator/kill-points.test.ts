import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createEmbeddedScene,
  embeddedKillPoints,
  nameOf,
  type EmbeddedKillPoint,
  type EmbeddedScene,
} from './support/kill-points-embedded.ts';

/** What PostgreSQL has not: test/database/postgres/many/kill-points.test.ts has the others. */
const points = embeddedKillPoints.filter(({ deed, of }) => deed.name === 'a write' && of === 'file');

let scene: EmbeddedScene;
beforeAll(async () => {
  scene = await createEmbeddedScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

it.each(points.map((point): [string, EmbeddedKillPoint] => [nameOf(point), point]))(
  'an orchestrator that is killed during %s leaves all of it or nothing',
  async (_, point) => {
    expect(await scene.kill(point)).toEqual([]);
  },
);
