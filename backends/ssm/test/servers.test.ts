import { runConformance } from '@kici-dev/secret-backend-conformance';
import {
  callContext,
  describeLane,
  listAll,
  missingVariable,
  readAll,
  ref,
  toValue,
  type Lane,
} from '@kici-dev/secret-backend-conformance/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalstack, startMoto } from '../../aws/test/support/servers.ts';
import type { RunningServer } from '../../aws/test/support/server-process.ts';
import { capabilitiesOf } from '../capabilities.ts';
import { notProvenOnServers } from './not-proven.ts';
import { expectAlike } from './support/differential.ts';
import { openBackend, rawClient, serverHarness } from './support/subject.ts';

const localstackLane: Lane = {
  name: 'localstack',
  missing: missingVariable('KICI_TEST_LOCALSTACK_PYTHON', 'a Python that has LocalStack'),
};
const motoLane: Lane = { name: 'moto', missing: missingVariable('KICI_TEST_MOTO', 'the program moto_server') };

describe.each([
  ['LocalStack', localstackLane, () => startLocalstack('ssm')],
  ['moto', motoLane, startMoto],
] as const)('%s', (title, lane, start) => {
  describeLane({ describe, test: it }, lane, () => {
    let server: RunningServer | undefined;
    const endpoint = (): string => server?.endpoint ?? '';
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.stop());
    runConformance(
      { describe, test: it },
      {
        name: `ssm (${title})`,
        capabilities: capabilitiesOf('Standard'),
        harness: serverHarness(endpoint),
        notProven: notProvenOnServers,
      },
    );

    it('answers as the fake does', async () => {
      await expectAlike(endpoint());
    });

    it('reads every type, and versions by number and by label, alone and together', async () => {
      const client = rawClient(endpoint());
      for (const [Name, Type, Value] of [
        ['/types/apps/PLAIN', 'String', 'plain'],
        ['/types/apps/LIST', 'StringList', 'a,b'],
        ['/types/apps/SECURE', 'SecureString', 'old'],
      ] as const)
        await client.putParameter({ Name, Type, Value });
      await client.putParameter({ Name: '/types/apps/SECURE', Value: 'new', Overwrite: true });
      await client.labelParameterVersion({ Name: '/types/apps/SECURE', ParameterVersion: 1, Labels: ['production'] });
      const backend = await openBackend(endpoint(), { path: '/types' });
      const refs = [
        ref('apps', 'PLAIN'),
        ref('apps', 'LIST'),
        ref('apps', 'SECURE'),
        ref('apps', 'SECURE', '1'),
        ref('apps', 'SECURE', 'production'),
        ref('apps', 'PLAIN', '1'),
      ];
      expect(await readAll(backend, refs)).toEqual(['plain', 'a,b', 'new', 'old', 'old', 'plain']);
      for (const one of refs) expect(await readAll(backend, [one])).toHaveLength(1);
      expect((await listAll(backend)).names).toEqual(['apps PLAIN', 'apps LIST', 'apps SECURE']);
      await backend.check(callContext());
      await backend.close();
      client.destroy();
    });

    it('writes advanced parameters, under the key of the settings', async () => {
      const backend = await openBackend(endpoint(), { path: '/tiers', tier: 'Advanced', kmsKeyId: 'alias/ci' });
      const value = 'v'.repeat(8_192);
      await backend.write?.({ ...ref('apps', 'LARGE'), value: toValue(value) }, callContext());
      expect(await readAll(backend, [ref('apps', 'LARGE')])).toEqual([value]);
      const client = rawClient(endpoint());
      const { Parameters } = await client.describeParameters({
        ParameterFilters: [{ Key: 'Path', Option: 'Recursive', Values: ['/tiers'] }],
      });
      expect(Parameters).toMatchObject([{ Tier: 'Advanced', KeyId: 'alias/ci', Type: 'SecureString' }]);
      await backend.close();
      client.destroy();
    });
  });
});
