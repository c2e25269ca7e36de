import { inspect } from 'node:util';
import { faults } from '@kici-dev/secret-backend-conformance';
import { SecretValue, type CallContext, type SecretBackend } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';
import { gcpDefinition } from '../index.ts';
import { goodToken } from './server/start.ts';
import { add } from './support/store.ts';
import { loopbackHost } from './support/host.ts';
import { settingsFor, transports } from './support/subject.ts';
import { context, openWorld, ref } from './support/world.ts';

const stored = 'canary-stored-5a02e7';
const written = 'canary-written-c1d94b';
const secret = ref('TOKEN');

/** What the kit's own search does not cover: the operations that it leaves out, and the log. */
const operations: Readonly<Record<string, (backend: SecretBackend, within: CallContext) => Promise<unknown>>> = {
  async list(backend, within) {
    const pages: unknown[] = [];
    for await (const page of backend.list({ depth: 'tree' }, within)) pages.push(page);
    return pages;
  },
  read: (backend, within) => backend.read([secret, ref('OTHER')], within),
  pinned: (backend, within) => backend.read([{ ...secret, version: '1' }], within),
  write: async (backend, within) => backend.write?.({ ...secret, value: SecretValue.fromText(written) }, within),
  versions: async (backend, within) => backend.versions?.(secret, within),
  restore: async (backend, within) => backend.restore?.({ ...secret, version: '1' }, within),
  declare: async (backend, within) => backend.declare?.(ref('LATER'), within),
  delete: async (backend, within) => backend.delete?.(secret, within),
  check: (backend, within) => backend.check(within),
};

/** Everything that a log could show of a thing. */
function printed(thing: unknown): string {
  return (
    inspect(thing, { depth: 12, showHidden: true, getters: true, maxStringLength: null, maxArrayLength: null }) +
    (thing instanceof Error ? `${thing.stack}${thing.message}${inspect(thing.cause)}` : (JSON.stringify(thing) ?? ''))
  );
}

describe.each(transports)('neither a value nor a credential shows, over %s', (transport) => {
  it.each(
    faults
      .filter((fault) => fault !== 'partial_batch')
      .flatMap((fault) => (['secret-per-key', 'object-per-scope'] as const).map((layout) => [fault, layout] as const)),
  )('under %s, with %s', async (fault, layout) => {
    await using world = await openWorld({ transport, settings: { layout } });
    const { model, service } = world.fake;
    if (layout === 'secret-per-key') add(model, 'shop--TOKEN', stored);
    else add(model, 'shop', JSON.stringify({ TOKEN: stored, OTHER: stored }));
    const host = loopbackHost();
    const shown: string[] = [];
    let failed = 0;
    for (const run of Object.values(operations)) {
      const backend = await gcpDefinition.create(settingsFor(world.fake, transport, { layout }), host);
      service.faults.set(fault);
      const result: unknown = await run(backend, context(fault === 'hang' ? 150 : 3_000)).catch(
        (error: unknown) => error,
      );
      service.faults.heal();
      if (result instanceof Error) failed += 1;
      shown.push(printed(result), printed(backend));
      await backend.close();
    }
    const text = [...shown, ...host.logged].join('\n');
    for (const needle of [stored, written, goodToken]) {
      expect(text.includes(needle), needle).toBe(false);
      expect(text.includes(Buffer.from(needle).toString('base64').slice(0, -4)), `${needle} in base64`).toBe(false);
    }
    if (fault !== 'delay') expect(failed, 'the fault was met').toBeGreaterThan(2);
  });
});
