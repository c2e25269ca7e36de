import type { Answers } from '../support/wire-api.ts';
import { auditAnswers } from './audit-answers.ts';

const at = '2026-11-25T10:00:00.123Z';
const version = 'ab'.repeat(8);
const binding = { id: 'b1', scope: 'corp-vault:apps/shop/**', host: '**', priority: 10, skipDeleted: false, version };
const capabilities = { write: true, listConsistency: 'strong', maxValueBytes: 65_536 };
const backend = {
  name: 'corp-vault',
  type: 'vault',
  settings: { address: 'https://vault:8200' },
  secretSettings: ['auth.secretId'],
  optional: false,
  deadlineMs: 10_000,
  cacheMaxAgeMs: 30_000,
  serveStaleMs: 0,
  createdAt: at,
  updatedAt: at,
  capabilities,
  health: { breaker: 'closed', lastCheckAt: at, latencyMs: 12.4 },
};
const healths: Readonly<Record<string, Awaited<ReturnType<NonNullable<Answers['backends.show']>>>['health']>> = {
  unwell: {
    breaker: 'open',
    failure: 'unreachable',
    reason: 'connection_refused',
    meaning: 'nobody listens',
    hint: 'start the server',
  },
  recovered: {
    breaker: 'closed',
    lastCheckAt: at,
    lastFailure: {
      code: 'wrong_shape',
      reason: 'field_not_text',
      about: 'apps:K',
      at,
      meaning: 'the field is not text',
      hint: 'store text',
    },
  },
};
const token = { id: 't1', name: 'ci', role: 'author' as const, createdAt: at };
const setting = { type: 'string', required: true, secret: false, description: 'a setting', example: 'x' };

const policy = {
  valueEntry: 'off' as const,
  plainReads: 'off' as const,
  sealingKey: { keyId: 'ab'.repeat(8), publicKey: 'AAAA', fingerprint: 'ab'.repeat(32) },
  operations: [
    {
      operation: 'secrets.set',
      category: 'secrets',
      sensitivity: 'values',
      state: 'off' as const,
      rule: 'secrets.set',
      since: at,
      by: 'token:t1:ci',
    },
  ],
};

/** A plausible answer to every operation that `kici-admin` calls. */
export const answers: Answers = {
  'organizations.create': ({ name }) => ({ name }),
  'organizations.list': () => ({ organizations: [{ name: 'default', createdAt: at }] }),
  'environments.create': ({ name, bind }) => ({
    name,
    createdAt: at,
    bindings: bind.map((scope, index) => ({ ...binding, id: `b${index}`, scope: `internal:${scope}` })),
  }),
  'environments.list': () => ({ environments: [{ name: 'production', createdAt: at, bindings: 2 }] }),
  'environments.show': ({ environment }) => ({
    name: environment,
    createdAt: at,
    bindings: [
      binding,
      { ...binding, id: 'b2', map: { password: 'DB_PASSWORD' } },
      { ...binding, id: 'b3', prefix: 'DB_' },
    ],
  }),
  'environments.delete': () => ({}),
  'bindings.add': (input) => ({ ...binding, scope: input.scope, priority: input.priority ?? 0 }),
  'bindings.update': (input) => ({ ...binding, id: input.id, priority: input.priority ?? 0 }),
  'bindings.remove': () => ({}),
  'secrets.set': ({ scope, key, value = '' }) => ({
    scope: `internal:${scope}`,
    key,
    version: '7',
    bytes: Buffer.byteLength(value, 'base64'),
    updatedAt: at,
  }),
  'secrets.declare': ({ scope, key }) => ({ scope: `internal:${scope}`, key }),
  'secrets.list': ({ scope = 'everywhere' }) =>
    scope === 'empty'
      ? { secrets: [], unavailable: [], unnameable: [] }
      : {
          secrets: [
            { scope: `internal:${scope}`, key: 'DB_PASSWORD', version: '7', updatedAt: at, status: 'set' },
            {
              scope: `internal:${scope}`,
              key: scope === 'hostile' ? '\u001b[31mred\u202e\n' : 'SENTRY_DSN',
              status: 'unset',
            },
            {
              scope: `internal:${scope}`,
              key: 'BROKEN',
              status: 'unreadable',
              code: 'wrong_shape',
              reason: 'field_not_text',
            },
          ],
          unavailable: [
            {
              backend: 'internal',
              scopes: ['closed'],
              code: 'deleted',
              answered: true,
              meaning: 'it is deleted',
              hint: 'restore it',
            },
          ],
          unnameable: [{ name: 'a b', reason: 'a scope segment has only A-Z' }],
        },
  'secrets.delete': ({ key }) => ({ existed: key !== 'NOTHING' }),
  'secrets.versions': () => ({
    versions: [
      { version: '7', createdAt: at, current: true, readable: true },
      { version: '6', current: false, readable: false },
    ],
  }),
  'secrets.restore': ({ scope, key }) => ({ scope: `internal:${scope}`, key, version: '8', updatedAt: at }),
  'scopes.list': () => ({
    scopes: ['internal:production', 'internal:staging'],
    folders: [],
    total: 2,
    unavailable: [],
  }),
  'scopes.create': ({ scope }) => ({ scope: `internal:${scope}` }),
  'scopes.rename': ({ to, keepBindings }) => ({
    scope: `internal:${to}`,
    moved: keepBindings === true ? [] : [{ environment: 'production', id: 'b1', scope: to }],
    kept: keepBindings === true ? [{ environment: 'production', id: 'b1', scope: 'a' }] : [],
    unmatched: [{ environment: 'staging', id: 'b2', scope: 'a/**' }],
  }),
  'scopes.delete': () => ({ deletedSecrets: 1 }),
  'variables.set': ({ name, value, locked }) => ({
    name,
    value,
    locked: locked ?? false,
    updatedAt: at,
    version,
    wasLocked: name === 'WAS_LOCKED',
  }),
  'variables.list': () => ({
    variables: [
      { name: 'LOG_LEVEL', value: 'info', locked: true, updatedAt: at, version },
      { name: 'LINES', value: 'a\nb', locked: false, updatedAt: at, version },
    ],
  }),
  'variables.delete': () => ({ existed: true }),
  'backends.types': () => ({
    types: [
      {
        type: 'vault',
        title: 'HashiCorp Vault or OpenBao',
        summary: 'KV engines of version 1 and 2',
        addable: true,
        capabilities,
        settings: [
          { ...setting, name: 'address', type: 'address' },
          { ...setting, name: 'auth.method', type: 'choice', choices: ['token', 'approle'] },
          { ...setting, name: 'auth.secretId', secret: true, when: { field: 'auth.method', is: ['approle'] } },
          { ...setting, name: 'auth.token', secret: true },
          { ...setting, name: 'kvVersion', type: 'integer', required: false, default: 2 },
          { ...setting, name: 'tlsVerify', type: 'boolean', required: false },
        ],
      },
    ],
    problems: [
      {
        package: '@kici-dev/secret-backend-aws',
        problem: 'the package is not installed',
        hint: 'npm install @kici-dev/secret-backend-aws',
      },
    ],
  }),
  'backends.add': ({ name, type }) => ({ ...backend, name, type }),
  'backends.update': ({ name }) => ({ ...backend, name }),
  'backends.list': () => ({
    backends: [
      backend,
      { ...backend, name: 'eu-aws', type: 'aws', optional: true, health: { breaker: 'open', failure: 'throttled' } },
    ],
  }),
  'backends.show': ({ name }) => ({ ...backend, name, health: healths[name] ?? backend.health }),
  'backends.remove': () => ({}),
  'backends.test': ({ name }) =>
    name === 'broken'
      ? { healthy: false, latencyMs: 3, code: 'unauthenticated', hint: 'renew the credentials' }
      : { healthy: true, latencyMs: 12.4, identity: 'approle kici', server: 'OpenBao 2.7.2', listed: 3 },
  'resolution.catalogue': () => ({
    secrets: [
      { key: 'DB_PASSWORD', backend: 'corp-vault', scope: 'apps/shop/db', version: '3', status: 'available' },
      { key: 'API_KEY', backend: 'eu-aws', scope: 'apps', status: 'unavailable', code: 'throttled' },
    ],
    unavailable: [],
  }),
  'resolution.preview': ({ remove }) => ({
    changes:
      remove === true
        ? [
            { key: 'API_KEY', change: 'vanishes', before: { status: 'available', backend: 'eu-aws', scope: 'apps' } },
            {
              key: 'DB_PASSWORD',
              change: 'winner',
              before: { status: 'available', backend: 'corp-vault', scope: 'apps/shop/db', sourceKey: 'password' },
              after: { status: 'unavailable', backend: 'eu-aws', code: 'timeout' },
            },
          ]
        : [],
    unchanged: 3,
    ...(remove === true ? {} : { idle: "the agent's host does not match gpu-*" }),
    unavailable: [],
  }),
  'resolution.explain': ({ key }) =>
    key === 'SHUT'
      ? {
          key,
          status: 'unavailable',
          candidates: [],
          blockedBy: [
            { backend: 'corp-vault', binding: 'corp-vault:**', code: 'timeout', reason: 'connection_refused' },
          ],
          skipped: [],
          near: [],
          limits: [],
          backends: [],
        }
      : key === 'DB_PASSWROD'
        ? {
            key,
            status: 'not_found',
            candidates: [],
            blockedBy: [],
            skipped: [],
            near: ['DB_PASSWORD'],
            limits: [],
            backends: [],
          }
        : {
            key,
            status: 'available',
            candidates: [
              {
                backend: 'corp-vault',
                scope: 'apps/shop/db',
                sourceKey: 'password',
                binding: 'b1',
                priority: 10,
                version: '3',
                declaredOnly: false,
                rule: '',
              },
              {
                backend: 'internal',
                scope: 'production',
                sourceKey: key,
                binding: 'b2',
                priority: 0,
                version: '7',
                declaredOnly: false,
                rule: 'higher priority',
              },
            ],
            blockedBy: [],
            skipped: [],
            near: [],
            limits: ['eu-aws lists with a delay'],
            backends: [{ backend: 'corp-vault', state: 'answered', ageMs: 1_200, breaker: 'closed' }],
          },
  'jobs.list': () => ({
    jobs: [
      {
        id: 'j1',
        workflow: 'deploy',
        job: 'release',
        environment: 'production',
        openedAt: at,
        expiresAt: at,
        token: 'ci',
        keys: ['API_KEY', 'DB_PASSWORD'],
      },
    ],
  }),
  'resolution.grid': () => ({
    environments: [
      { name: 'dev', unavailable: [] },
      { name: 'production', unavailable: [] },
    ],
    cells: [
      { status: 'available', backend: 'internal', scope: 'dev', version: '1', overrides: 0 },
      { status: 'unavailable', backend: 'eu-aws', scope: 'apps', overrides: 0, code: 'throttled' },
      { status: 'not_found', overrides: 0 },
      { status: 'available', backend: 'corp-vault', scope: 'apps/shop/db', version: '3', overrides: 1 },
    ],
    keys: [
      { key: 'API_KEY', cells: [0, 1] },
      { key: 'DB_PASSWORD', cells: [2, 3] },
    ],
    total: 2,
    matching: 2,
    backends: [],
  }),
  'resolution.check': ({ environment }) =>
    environment === 'staging'
      ? { keys: 3, problems: [] }
      : {
          keys: 12,
          problems: [
            {
              kind: 'backend_failed',
              severity: 'error',
              subject: 'corp-vault',
              message: 'the backend is sealed',
              hint: 'unseal it',
            },
            {
              kind: 'key_unset',
              severity: 'warning',
              subject: 'SENTRY_DSN',
              message: 'declared and not set',
              hint: 'set it',
            },
          ],
        },
  'tokens.create': (input) => ({ ...token, name: input.name, role: input.role, token: 'kici_tok_0123456789' }),
  'tokens.list': () => ({
    tokens: [
      token,
      {
        ...token,
        id: 't2',
        role: 'agent',
        expiresAt: at,
        environments: ['production'],
        agent: { id: 'runner-1', labels: {} },
      },
    ],
  }),
  'tokens.revoke': () => ({}),
  'sessions.code': () => ({ code: 'c0de', expiresAt: at }),
  'sessions.list': () => ({
    sessions: [
      {
        id: 's1',
        tokenId: 't1',
        tokenName: 'ci',
        role: 'author',
        createdAt: at,
        usedAt: at,
        expiresAt: at,
        own: false,
      },
    ],
  }),
  'sessions.end': () => ({}),
  'policy.show': () => policy,
  'policy.set': () => ({ ...policy, changes: [{ operation: 'secrets.set', from: 'on', to: 'off' }] }),
  'policy.reset': () => ({ ...policy, changes: [] }),
  ...auditAnswers,
};
