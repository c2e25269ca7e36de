import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { faults, type Fault } from '@kici-dev/secret-backend-conformance';
import { SecretValue, type CallContext, type SecretBackend } from '@kici-dev/secret-backend';
import { createRole } from './support/harness.ts';
import { openVault, ref } from './support/open.ts';

const value = 'canary-value-4c1f';
const secret = ref('app', 'TOKEN');

const operations: Readonly<Record<string, (backend: SecretBackend, context: CallContext) => Promise<unknown>>> = {
  async list(backend, context) {
    const pages: unknown[] = [];
    for await (const page of backend.list({ depth: 'tree' }, context)) pages.push(page);
    return pages;
  },
  read: (backend, context) => backend.read([secret], context),
  write: async (backend, context) => backend.write?.({ ...secret, value: SecretValue.fromText(value) }, context),
  delete: async (backend, context) => backend.delete?.(ref('app', 'OTHER'), context),
  versions: async (backend, context) => backend.versions?.(secret, context),
  restore: async (backend, context) => backend.restore?.({ ...secret, version: '1' }, context),
  check: (backend, context) => backend.check(context),
};

/** Everything that a log could show of a thing. */
function printed(thing: unknown): string {
  return (
    inspect(thing, { depth: 20, showHidden: true, getters: true, maxStringLength: null, maxArrayLength: null }) +
    (thing instanceof Error ? `${thing.stack}${thing.message}${inspect(thing.cause)}` : (JSON.stringify(thing) ?? ''))
  );
}

describe('neither a value nor a credential is in what comes of', () => {
  for (const fault of faults.filter((one): one is Exclude<Fault, 'partial_batch'> => one !== 'partial_batch')) {
    for (const [name, run] of Object.entries(operations)) {
      for (const moment of ['the first call', 'a later call'] as const) {
        it(`${name} under ${fault}, ${moment}`, async () => {
          const { another, fake, gateway, host, put, server } = await openVault();
          await put('sys/policies/acl/app', {
            policy: 'path "secret/*" { capabilities = ["create", "read", "update", "list"] }',
          });
          await put('secret/data/app', { data: { TOKEN: value, OTHER: value } });
          const { roleId, secretId } = await createRole(server, 'app', { token_policies: ['app'] });
          const backend = await another({
            kvVersion: '2',
            'auth.method': 'approle',
            'auth.roleId': roleId,
            'auth.secretId': secretId,
          });
          if (moment === 'a later call')
            await backend.read([secret], { signal: AbortSignal.timeout(5000), deadline: Date.now() + 5000 });
          if (fault === 'expire') fake.advance(4_000_000);
          else gateway.fault(fault);
          const timeoutMs = fault === 'hang' ? 100 : 5000;
          const outcome: unknown = await run(backend, {
            signal: AbortSignal.timeout(timeoutMs),
            deadline: Date.now() + timeoutMs,
          }).catch((error: unknown) => error);
          const tokens = fake.tokens.live().map(({ id }) => id);
          gateway.heal();
          await backend.close();
          const shown = [outcome, backend, host.logged].map(printed).join('\n');
          const found = [value, secretId, roleId, ...tokens].filter(
            (needle) => shown.includes(needle) || shown.includes(Buffer.from(needle).toString('base64').slice(0, -4)),
          );
          expect(found).toEqual([]);
        });
      }
    }
  }
});
