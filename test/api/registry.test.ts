import { describe, expect, it } from 'vitest';
import { openApiDocument, pathParameters } from '../../src/api/openapi.ts';
import { operations } from '../../src/api/registry.ts';
import { permissions, rolePermissions } from '../../src/api/roles.ts';

const entries = Object.entries(operations);

describe.each(entries)('operation %s', (id, operation) => {
  it('has a permission that exists', () => {
    expect(permissions).toContain(operation.permission);
  });

  it('has its path parameters among its input', () => {
    for (const name of pathParameters(operation.path)) expect(Object.keys(operation.input.shape)).toContain(name);
  });

  it('has a command, unless only programs call it', () => {
    if (['jobs:session', 'values:read'].includes(operation.permission)) expect(operation.command).toBeUndefined();
    else expect(operation.command).toMatch(/^kici(-admin)? /);
  });

  it('is audited when it changes something', () => {
    // It asks for more rows than an address can name.
    const onlyAsks = id === 'audit.verify' || operation.method === 'GET';
    if (!onlyAsks && operation.permission !== 'jobs:session') expect(operation.audit).toBe('write');
  });

  it('is governed by the dashboard-write policy when it changes something, or is for tokens alone', () => {
    const changes = operation.audit === 'write' && operation.permission !== 'jobs:session';
    // A session gets no values.
    const isForTokens = changes || 'answersPlainValues' in operation;
    const isGoverned = operation.policyGoverned || 'tokenOnly' in operation;
    expect(isGoverned).toBe(isForTokens);
  });

  it('belongs to its category', () => {
    const prefixes: Record<string, string[]> = {
      environments: ['environments', 'bindings'],
      secrets: ['secrets', 'scopes', 'values'],
    };
    expect(prefixes[operation.category] ?? [operation.category]).toContain(id.split('.')[0]);
  });
});

describe('the registry as a whole', () => {
  it('has one operation per method and path', () => {
    const routes = entries.map(([, operation]) => `${operation.method} ${operation.path}`);
    expect(new Set(routes).size).toBe(routes.length);
  });

  it("gives every permission to somebody, but a job's own to no role", () => {
    for (const permission of permissions) {
      const holders = Object.values(rolePermissions).filter((held) => held.includes(permission));
      expect(holders.length > 0).toBe(permission !== 'jobs:session');
    }
  });

  it('leaves the settings of backends to owners', () => {
    expect(
      Object.entries(rolePermissions)
        .filter(([, held]) => held.includes('backends:write'))
        .map(([role]) => role),
    ).toEqual(['owner']);
  });

  it('has no operation that answers with a plain value, but those of readers, which are off at first', () => {
    const plain = entries.filter(([, operation]) => 'answersPlainValues' in operation).map(([id]) => id);
    expect(plain).toEqual(['values.get', 'values.getMany']);
    const document = openApiDocument('0');
    const answers = JSON.stringify(document['paths'], (name, value: unknown) =>
      name === 'requestBody' || name === 'parameters' ? undefined : value,
    );
    expect(answers).not.toContain('the value, base64');
  });

  it('becomes an OpenAPI document with every operation once', () => {
    const text = JSON.stringify(openApiDocument('1.2.3'));
    for (const [id] of entries) expect(text.split(`"operationId":"${id}"`).length).toBe(2);
  });
});

describe('audit subjects', () => {
  it('never record a value, a credential or a setting', () => {
    for (const [, operation] of entries) {
      for (const field of ['value', 'secretSettings', 'settings', 'agentPublicKey'])
        expect(operation.subject).not.toContain(field);
    }
  });

  it('are recorded for every audited operation with input', () => {
    for (const [, operation] of entries) {
      if (operation.audit !== 'none' && Object.keys(operation.input.shape).length > 0)
        expect(operation.subject.length).toBeGreaterThan(0);
    }
  });
});
