import { randomUUID } from 'node:crypto';
import { member, memberCount, memberText } from '../../wire/json.ts';
import { createKv1, createKv2, isList, type Engine } from './kv.ts';
import { isAllowed, parsePolicy, touches, type Capability, type Rule } from './policy.ts';
import { data, denied, done, nothing, refused, type Call, type Reply } from './reply.ts';
import { createTokens, type Token, type TokenOptions, type TokenStore } from './tokens.ts';

interface Role {
  readonly roleId: string;
  readonly secretIds: Set<string>;
  readonly token: TokenOptions;
}

/** What a namespace holds. */
interface Realm {
  readonly mounts: Map<string, Engine>;
  readonly policies: Map<string, readonly Rule[]>;
  readonly roles: Map<string, Role>;
}

export interface FakeVault {
  handle(call: Call): Reply;
  readonly tokens: TokenStore;
  /** The JWTs that `auth/jwt` and `auth/kubernetes` accept, with the tokens they yield. */
  readonly identities: Map<string, TokenOptions>;
  sealed: boolean;
  /** Whether this server knows `subkeys`, which came with Vault 1.10. */
  hasSubkeys: boolean;
  /** Moves the server's clock. */
  advance(ms: number): void;
}

/** Implements the API that Vault and OpenBao share; `differential.test.ts` compares it with a real server. */
export function createFakeVault(rootToken: string): FakeVault {
  let offset = 0;
  const now = (): number => Date.now() + offset;
  const tokens = createTokens(now);
  tokens.create({ id: rootToken, policies: ['root'] });
  const realms = new Map<string, Realm>();
  const addRealm = (name: string): Realm => {
    const realm: Realm = { mounts: new Map(), policies: new Map(), roles: new Map() };
    realms.set(name, realm);
    return realm;
  };
  addRealm('').mounts.set('secret', createKv2(now));

  const rulesOf = (realm: Realm, { policies }: Token): readonly Rule[] =>
    policies.flatMap((name) => realm.policies.get(name) ?? []);

  const system = (realm: Realm, call: Call, path: string): Reply => {
    const [kind = '', ...rest] = path.split('/');
    const name = rest.join('/');
    switch (kind) {
      case 'mounts':
        if (call.method === 'DELETE') realm.mounts.delete(name);
        else
          realm.mounts.set(
            name,
            memberText(member(call.body, 'options'), 'version') === '2' ? createKv2(now) : createKv1(),
          );
        return done;
      case 'policies':
        realm.policies.set(rest.slice(1).join('/'), parsePolicy(memberText(call.body, 'policy') ?? ''));
        return done;
      case 'namespaces':
        addRealm(name);
        return data({ path: `${name}/` });
      case 'auth':
        return done;
      default:
        return refused(404, 'unsupported path');
    }
  };

  const describeMount = (realm: Realm, token: Token, path: string): Reply => {
    const [name, engine] = [...realm.mounts].find(([mount]) => path === mount || path.startsWith(`${mount}/`)) ?? [];
    if (name === undefined || engine === undefined || !(isRoot(token) || touches(rulesOf(realm, token), `${name}/`))) {
      return refused(
        403,
        `preflight capability check returned 403, please ensure client's policies grant access to path "${path}/"`,
      );
    }
    return data({ path: `${name}/`, type: 'kv', options: { version: engine.version }, description: '' });
  };

  const approle = (realm: Realm, call: Call, path: string): Reply => {
    const [, name = '', action] = path.split('/');
    if (action === undefined) {
      const policies = member(call.body, 'token_policies');
      realm.roles.set(name, {
        roleId: randomUUID(),
        secretIds: new Set(),
        token: {
          policies: Array.isArray(policies) ? policies.filter((policy) => typeof policy === 'string') : [],
          namespace: call.namespace,
          ttlSeconds: memberCount(call.body, 'token_ttl') ?? 3600,
          maxTtlSeconds: memberCount(call.body, 'token_max_ttl') ?? 0,
          type: memberText(call.body, 'token_type') === 'batch' ? 'batch' : 'service',
          hasDefaultPolicy: member(call.body, 'token_no_default_policy') !== true,
        },
      });
      return done;
    }
    const role = realm.roles.get(name);
    if (role === undefined) return nothing;
    if (action === 'role-id') return data({ role_id: role.roleId });
    const secretId = randomUUID();
    role.secretIds.add(secretId);
    return data({ secret_id: secretId, secret_id_accessor: randomUUID() });
  };

  const logIn = (realm: Realm, call: Call, method: string): Reply => {
    if (method === 'approle') {
      const role = [...realm.roles.values()].find(({ roleId }) => roleId === memberText(call.body, 'role_id'));
      if (role === undefined || !role.secretIds.has(memberText(call.body, 'secret_id') ?? ''))
        return refused(400, 'invalid role or secret ID');
      return tokens.grant(tokens.create({ ...role.token, ...(role.token.type === 'batch' && { renewable: false }) }));
    }
    const identity = fake.identities.get(memberText(call.body, 'jwt') ?? '');
    if (identity === undefined) return method === 'kubernetes' ? denied : refused(400, 'error validating token');
    return tokens.grant(tokens.create(identity));
  };

  const isRoot = ({ policies }: Token): boolean => policies.includes('root');

  const keyValue = (realm: Realm, call: Call, token: Token): Reply => {
    const [mount, engine] = [...realm.mounts].find(([name]) => call.path.startsWith(`${name}/`)) ?? [];
    const aclPath = isList(call) && !call.path.endsWith('/') ? `${call.path}/` : call.path;
    if (!isRoot(token) && !isAllowed(rulesOf(realm, token), aclPath, capabilityOf(call)))
      return refused(403, '1 error occurred:\n\t* permission denied\n\n');
    if (mount === undefined || engine === undefined)
      return refused(404, `no handler for route "${call.path}". route entry not found.`);
    const inner = call.path.slice(mount.length + 1);
    if (!fake.hasSubkeys && inner.startsWith('subkeys/'))
      return engine.handle(call, inner.replace('subkeys', 'unknown'));
    return engine.handle(call, inner);
  };

  const fake: FakeVault = {
    tokens,
    identities: new Map(),
    sealed: false,
    hasSubkeys: true,
    advance(ms) {
      offset += ms;
    },
    handle(call) {
      if (fake.sealed) return refused(503, 'Vault is sealed');
      const realm = realms.get(call.namespace);
      if (realm === undefined) return refused(404, 'namespace not found');
      const login = /^auth\/(.+)\/login$/.exec(call.path);
      if (login !== null) return logIn(realm, call, login[1] ?? '');
      const token = tokens.find(call.token);
      if (token === undefined || (!isRoot(token) && token.namespace !== call.namespace)) return denied;
      if (call.path === 'auth/token/create') {
        const policies = member(call.body, 'policies');
        const named = memberText(call.body, 'id');
        const created = tokens.create({
          policies: Array.isArray(policies) ? policies.filter((policy) => typeof policy === 'string') : [],
          namespace: call.namespace,
          ttlSeconds: Number.parseInt(memberText(call.body, 'ttl') ?? '3600', 10),
          ...(named !== undefined && { id: named }),
        });
        return isRoot(token) ? tokens.grant(created) : denied;
      }
      if (call.path.startsWith('auth/token/')) return tokens.handle(call, call.path.slice('auth/token/'.length), token);
      const described = 'sys/internal/ui/mounts/';
      if (call.path.startsWith(described)) return describeMount(realm, token, call.path.slice(described.length));
      if (call.path.startsWith('sys/'))
        return isRoot(token) ? system(realm, call, call.path.slice('sys/'.length)) : denied;
      if (call.path.startsWith('auth/approle/role'))
        return isRoot(token) ? approle(realm, call, call.path.slice('auth/approle/'.length)) : denied;
      return keyValue(realm, call, token);
    },
  };
  return fake;
}

function capabilityOf(call: Call): Capability {
  if (isList(call)) return 'list';
  if (call.method === 'GET') return 'read';
  return call.method === 'DELETE' ? 'delete' : 'update';
}
