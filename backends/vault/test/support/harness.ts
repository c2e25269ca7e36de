import { randomBytes } from 'node:crypto';
import type { BackendCapabilities, ScopePath, SecretRef } from '@kici-dev/secret-backend';
import type { Fault, Harness, Provocations, Subject } from '@kici-dev/secret-backend-conformance';
import { capabilitiesOf } from '../../capabilities.ts';
import { vaultDefinition } from '../../index.ts';
import { isRecord, member, memberCount, memberText } from '../../wire/json.ts';
import { documentedPolicy } from './documented-policy.ts';
import { openGateway } from './gateway.ts';
import { createHost, settingsOf } from './host.ts';
import { administer, ask, type TestServer } from './server.ts';

export const basePath = 'teams/shop';

export interface HarnessOptions {
  /** The mount's own. */
  readonly kvVersion: '1' | '2';
  /** What the settings claim; default: the same. */
  readonly said?: '1' | '2' | 'auto';
  readonly listing?: 'auto' | 'subkeys' | 'values';
}

export function capabilitiesFor({
  kvVersion,
  said = kvVersion,
  listing = 'auto',
}: HarnessOptions): BackendCapabilities {
  return capabilitiesOf({ kvVersion: said, listing });
}

/** A mount, a policy and an AppRole for each case; the policy is the documented one. */
export function vaultHarness(server: () => TestServer, options: HarnessOptions): Harness {
  return {
    open: () => openSubject(server(), options),
    ...(options.kvVersion === '1' && { acknowledgesWithoutBody: ['write', 'delete'] }),
  };
}

async function openSubject(
  server: TestServer,
  { kvVersion, said = kvVersion, listing = 'auto' }: HarnessOptions,
): Promise<Subject> {
  const id = `case-${randomBytes(6).toString('hex')}`;
  const part = (name: string): string => (kvVersion === '2' ? `${id}/${name}/${basePath}` : `${id}/${basePath}`);
  const allowed = documentedPolicy(`Reading and writing, KV version ${kvVersion}`, id);
  const setPolicy = (denials: readonly string[]): Promise<unknown> =>
    administer(server, 'POST', `sys/policies/acl/${id}`, {
      policy: [allowed, ...denials.map((path) => `path "${path}" { capabilities = ["deny"] }`)].join('\n'),
    });
  await administer(server, 'POST', `sys/mounts/${id}`, { type: 'kv', options: { version: kvVersion } });
  await untilReady(server, kvVersion === '2' ? `${id}/metadata/?list=true` : `${id}/?list=true`);
  await setPolicy([]);
  const { roleId, secretId } = await createRole(server, id, { token_policies: [id] });

  const gateway = await openGateway(server.upstream);
  const host = createHost();
  const backend = await vaultDefinition.create(
    settingsOf({
      address: gateway.address,
      mount: id,
      basePath,
      kvVersion: said,
      listing,
      'auth.method': 'approle',
      'auth.roleId': roleId,
      'auth.secretId': secretId,
    }),
    host,
  );

  const current = async (scope: ScopePath): Promise<number> =>
    memberCount(
      member((await administer(server, 'GET', `${part('metadata')}/${scope}`)).body, 'data'),
      'current_version',
    ) ?? 0;
  /** Keeps the path's other fields. */
  const put = async (
    scope: ScopePath,
    key: string,
    field: string | null | undefined,
  ): ReturnType<typeof administer> => {
    const path = `${part('data')}/${scope}`;
    const before = member((await ask(server, 'GET', path)).body, 'data');
    const fields = kvVersion === '2' ? member(before, 'data') : before;
    const next = { ...(isRecord(fields) && fields), [key]: field };
    return administer(server, 'POST', path, kvVersion === '2' ? { data: next } : next);
  };
  const provoke: Provocations = {
    ...(kvVersion === '2' && {
      deleteCurrent: async ({ scope }: SecretRef) => {
        await administer(server, 'DELETE', `${part('data')}/${scope}`);
      },
      destroyCurrent: async ({ scope }: SecretRef) => {
        await administer(server, 'POST', `${part('destroy')}/${scope}`, { versions: [await current(scope)] });
      },
    }),
    nullValue: async ({ scope, key }) => {
      await put(scope, key, null);
    },
    denyRead: async ({ scope }) => {
      await setPolicy([`${part('data')}/${scope}`]);
    },
    denyList: async (scope) => {
      await setPolicy(
        [...new Set(['metadata', 'subkeys', 'data'].map(part))].flatMap((root) => [
          `${root}/${scope}`,
          `${root}/${scope}/*`,
        ]),
      );
    },
    faults: [
      'delay',
      'hang',
      'reset',
      'half_body',
      'server_error',
      'throttle',
      'deny',
      'expire',
      'garbage',
      'empty',
      'flood',
      'swarm',
    ],
    fault: async (kind: Fault, times) => {
      if (kind === 'expire') await revokeAll(server, id);
      else gateway.fault(kind, times);
    },
    async rejectCredentials() {
      gateway.rejectCredentials();
      const before = gateway.requests.length;
      return () => gateway.requests.length - before;
    },
    heal: async () => gateway.heal(),
    requestCount: async () => gateway.count(),
  };
  return {
    backend,
    provoke,
    credentials: [roleId, secretId],
    async seed({ scope, key, value }) {
      const written = await put(scope, key, value.text());
      const version = memberCount(member(written.body, 'data'), 'version');
      return version === undefined ? {} : { version: String(version) };
    },
    async dispose() {
      await backend.close();
      await gateway.close();
      await administer(server, 'DELETE', `sys/mounts/${id}`);
    },
  };
}

export async function createRole(
  server: TestServer,
  name: string,
  role: object,
  namespace = '',
): Promise<{ readonly roleId: string; readonly secretId: string }> {
  await administer(server, 'POST', `auth/approle/role/${name}`, role, namespace);
  const roleId = memberText(
    member((await administer(server, 'GET', `auth/approle/role/${name}/role-id`, undefined, namespace)).body, 'data'),
    'role_id',
  );
  const secretId = memberText(
    member((await administer(server, 'POST', `auth/approle/role/${name}/secret-id`, {}, namespace)).body, 'data'),
    'secret_id',
  );
  if (roleId === undefined || secretId === undefined) throw new Error('the server gave no role id or secret id');
  return { roleId, secretId };
}

/** A new mount of version 2 is set up in the background. */
async function untilReady(server: TestServer, path: string): Promise<void> {
  const end = Date.now() + 10_000;
  for (;;) {
    const { status } = await ask(server, 'GET', path);
    if (status !== 400 && status !== 503) return;
    if (Date.now() > end) throw new Error(`the mount is not ready: ${status}`);
  }
}

/** Revokes every token of a role, found by its policy. */
async function revokeAll(server: TestServer, policy: string): Promise<void> {
  const accessors: unknown = member(
    member((await administer(server, 'GET', 'auth/token/accessors?list=true')).body, 'data'),
    'keys',
  );
  for (const accessor of Array.isArray(accessors) ? accessors : []) {
    const token = await ask(server, 'POST', 'auth/token/lookup-accessor', { accessor });
    const policies = member(member(token.body, 'data'), 'policies');
    if (Array.isArray(policies) && policies.includes(policy))
      await administer(server, 'POST', 'auth/token/revoke-accessor', { accessor });
  }
}
