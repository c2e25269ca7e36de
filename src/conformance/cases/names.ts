import { deepEqual } from 'node:assert/strict';
import type { ConformanceCase } from '../case.ts';
import { expectAbsent, expectFound, names } from '../expect.ts';
import { ref } from '../world.ts';
import { awkwardKeys, awkwardScopes } from '../awkward-inputs.ts';

/** Kit: names that look alike stay apart. */
export const nameCases: readonly ConformanceCase[] = [
  {
    id: 'names.keys',
    title: 'keys that look alike stay apart, in reads and in lists',
    async run(world) {
      const refs = awkwardKeys.map((key) => ref('apps/keys', key));
      for (const [index, secret] of refs.entries()) await world.seed(secret, `value ${index}`);
      for (const [index, outcome] of (await world.read(refs)).entries())
        expectFound(outcome, `value ${index}`, `the key ${refs[index]?.key}`);
      deepEqual(names((await world.list()).secrets), names(refs));
    },
  },
  {
    id: 'names.scopes',
    title: 'scopes that look alike stay apart, in reads and in lists',
    async run(world) {
      const refs = awkwardScopes.map((scope) => ref(scope, 'KEY'));
      for (const [index, secret] of refs.entries()) await world.seed(secret, `value ${index}`);
      for (const [index, outcome] of (await world.read(refs)).entries())
        expectFound(outcome, `value ${index}`, `the scope ${refs[index]?.scope}`);
      deepEqual(names((await world.list()).secrets), names(refs));
    },
  },
  {
    id: 'names.prototype',
    title: 'names that every object has are absent until they are stored',
    async run(world) {
      await world.seed(ref('apps/shop', 'PRESENT'), 'value');
      for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'length'])
        expectAbsent(await world.readOne(ref('apps/shop', key)), key);
    },
  },
];
