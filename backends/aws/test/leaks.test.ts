import { createServer } from 'node:http';
import { inspect } from 'node:util';
import { faults, type Fault } from '@kici-dev/secret-backend-conformance';
import type { SecretBackend } from '@kici-dev/secret-backend';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FakeAws, otherAccount } from './fake/fake-aws.ts';
import { staticSecret } from './support/client.ts';
import { createTestHost } from './support/host.ts';
import { layouts, openShared, share } from './support/shared.ts';
import { context, listAll, openScene, ref, textPayload, value } from './support/scene.ts';

const role = `arn:aws:iam::${otherAccount}:role/reader`;
const stored = 'canary-stored-71ce0d';
const written = 'canary-written-9be214';
const secret = ref('apps', 'A');

/** What the kit's own search does not cover: an assumed role, and the operations that it leaves out. */
const operations: Readonly<Record<string, (backend: SecretBackend, version: string) => Promise<unknown>>> = {
  read: (backend) => backend.read([secret, ref('apps', 'B')], context(2_000)),
  pinned: (backend, version) => backend.read([{ ...secret, version }], context(2_000)),
  list: (backend) => listAll(backend),
  write: async (backend) => backend.write?.({ ...secret, value: value(written) }, context(2_000)),
  expecting: async (backend, version) =>
    backend.write?.({ ...secret, value: value(written), expectedVersion: version }, context(2_000)),
  versions: async (backend) => backend.versions?.(secret, context(2_000)),
  restore: async (backend, version) => backend.restore?.({ ...secret, version }, context(2_000)),
  declare: async (backend) => backend.declare?.(ref('apps', 'C'), context(2_000)),
  delete: async (backend) => backend.delete?.(secret, context(2_000)),
  check: (backend) => backend.check(context(2_000)),
};

async function trace(fake: FakeAws, backend: SecretBackend, fault: Fault, version: string): Promise<string> {
  const printed: string[] = [];
  for (const run of Object.values(operations)) {
    fake.faults.set(fault);
    const result: unknown = await run(backend, version).catch((error: unknown) => error);
    fake.faults.heal();
    printed.push(
      inspect(result, { depth: 12, showHidden: true, getters: true }),
      result instanceof Error ? `${result.stack} ${JSON.stringify(result)}` : JSON.stringify(result ?? null),
    );
  }
  return printed.join('\n');
}

describe('no value and no credential shows', () => {
  it.each(
    faults
      .filter((fault) => fault !== 'hang')
      .flatMap((fault) => ['secret-per-key', 'object-per-scope'].map((layout) => [fault, layout] as const)),
  )('under %s, with %s', async (fault, layout) => {
    const host = createTestHost();
    const { fake, backend } = await openScene(
      { layout, 'auth.roles': role, 'auth.externalId': 'canary-external-id-40d1' },
      host,
    );
    fake.sts.roles.set(role, { externalId: 'canary-external-id-40d1' });
    const { version } = fake.accounts
      .of(otherAccount)
      .create(layout === 'secret-per-key' ? 'apps/A' : 'apps', textPayload(JSON.stringify({ A: stored })));
    const printed = [
      await trace(fake, backend, fault, version ?? ''),
      host.logged(),
      inspect(backend, { depth: 12, showHidden: true }),
    ].join('\n');
    const needles = [
      stored,
      written,
      staticSecret,
      'canary-external-id-40d1',
      ...[...fake.sts.issued.keys()].flatMap((key) => [`secret-of-${key}`, `session-of-${key}`]),
    ];
    for (const needle of needles) {
      expect(printed.includes(needle), needle).toBe(false);
      expect(printed.includes(Buffer.from(needle).toString('base64').replace(/=+$/, '')), `${needle} in base64`).toBe(
        false,
      );
    }
    expect(fake.sts.issued.size).toBeGreaterThan(0);
  });

  it.each(layouts)('of a secret that another account shares, with %s', async (layout) => {
    const { fake, backend } = await openShared({ layout }, (account) => [
      share(account, layout === 'secret-per-key' ? 'apps/A' : 'apps', JSON.stringify({ A: stored })),
    ]);
    const printed: string[] = [];
    for (const fault of faults.filter((one) => one !== 'hang' && one !== 'delay'))
      printed.push(await trace(fake, backend, fault, 'v'.repeat(32)));
    for (const needle of [stored, written, staticSecret])
      expect(printed.join('\n').includes(needle), needle).toBe(false);
    expect(fake.requests.some(({ body }) => body.includes('secret:apps'))).toBe(true);
  });

  it('when the sign-in itself answers garbage', async () => {
    const { backend } = await openScene({ 'auth.roles': role, 'auth.stsEndpoint': await garbageServer() });
    const error: unknown = await backend.check(context(2_000)).catch((thrown: unknown) => thrown);
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('canary');
    expect(error).toMatchObject({ name: 'BackendError' });
  });
});

async function garbageServer(): Promise<string> {
  const server = createServer((request, response) =>
    request.resume().on('end', () => response.end('<html>canary-garbage</html>')),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}
