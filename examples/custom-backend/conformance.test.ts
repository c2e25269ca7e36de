import { parseScopePath } from '@kici-dev/secret-backend';
import { caseIds, runConformance, type Harness } from '@kici-dev/secret-backend-conformance';
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { capabilities, createFilesBackend, marker } from './files.ts';

const harness: Harness = {
  async open() {
    const root = await mkdtemp(join(tmpdir(), 'files-backend-'));
    await writeFile(join(root, marker), '');
    const backend = createFilesBackend(root);
    return {
      backend,
      async seed({ scope, key, value }) {
        await mkdir(join(root, scope), { recursive: true });
        await writeFile(join(root, scope, key), value.bytes());
        return {};
      },
      provoke: {},
      async dispose() {
        await backend.close();
        await rm(root, { recursive: true });
      },
    };
  },
};

// What a local folder cannot show: a service with a network has most of these states and faults.
const noNetwork =
  /^(holding|recovery|fault\.\w+|leaks\.fault|abort\.during|listing\.breaks-midway|batch\.few-requests)(\.(list|read|batch|write|delete|check|hang|reset|half_body|server_error|throttle|deny|expire|garbage|empty|partial_batch|flood|swarm))?$/;
const noState =
  /^(listing\.(denied-(folder|root)|deleted|destroyed|disabled|scheduled)|batch\.one-denied|reasons\.refusal|outcome\.(name-only|deleted|destroyed|disabled|scheduled|corrupt|null|denied)|leaks\.state\.(deleteCurrent|destroyCurrent|disableCurrent|scheduleDeletion|corrupt|denyRead))$/;
const notProven = Object.fromEntries(
  caseIds.flatMap((id) => {
    // A read-only manifest has no cases of changes.
    if (/\.(write|delete)$/.test(id)) return [];
    if (noNetwork.test(id)) return [[id, 'a folder has no network']];
    return noState.test(id) ? [[id, 'a folder that its user may read has no such state']] : [];
  }),
);

runConformance({ describe, test }, { name: 'files', capabilities, harness, notProven });

void test('a folder without its marker is out of reach: nothing in it is absent', async () => {
  const root = await mkdtemp(join(tmpdir(), 'files-backend-'));
  const backend = createFilesBackend(root);
  const scope = parseScopePath('apps');
  assert.ok(scope.ok);
  const context = { signal: AbortSignal.timeout(5_000), deadline: Date.now() + 5_000 };
  const [outcome] = await backend.read([{ scope: scope.value, key: 'KEY' }], context);
  assert.equal(outcome?.status === 'unknown' && outcome.code, 'unreachable');
  await assert.rejects(async () => backend.check(context));
  await rm(root, { recursive: true });
});
