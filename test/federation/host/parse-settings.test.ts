import { SecretValue, type BackendDefinition, type SettingsSchema } from '@kici-dev/secret-backend';
import { parseSettings, type ParsedSettings } from '@kici-dev/secret-federation';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const about = { description: 'what it is for' };
const schema: SettingsSchema = {
  address: { ...about, type: 'address', required: true, example: 'https://vault:8200' },
  mount: { ...about, type: 'string', default: 'secret', pattern: '[a-z/]+', example: 'secret' },
  'auth.method': { ...about, type: 'choice', choices: ['token', 'approle'], default: 'token', example: 'approle' },
  'auth.token': {
    ...about,
    type: 'string',
    secret: true,
    required: true,
    example: 's.abc',
    when: { field: 'auth.method', is: ['token'] },
  },
  'auth.roleId': {
    ...about,
    type: 'string',
    required: true,
    example: 'ci',
    when: { field: 'auth.method', is: ['approle'] },
  },
  'auth.secretId': {
    ...about,
    type: 'string',
    secret: true,
    required: true,
    example: '…',
    when: { field: 'auth.method', is: ['approle'] },
  },
  caFile: { ...about, type: 'path', example: '/etc/ca.pem' },
  pageSize: { ...about, type: 'integer', minimum: 1, maximum: 100, default: 50, example: '50' },
  verify: { ...about, type: 'boolean', default: true, example: 'true' },
};
const token = SecretValue.fromText('canary-token-1');
const parse = (
  plain: Record<string, string | number | boolean>,
  secret: Record<string, SecretValue> = { 'auth.token': token },
  extra: Partial<BackendDefinition> = {},
): ParsedSettings => parseSettings({ type: 'vault', settings: schema, ...extra }, plain, secret);
const fields = (parsed: ParsedSettings): string[] => (parsed.ok ? [] : parsed.problems.map(({ field }) => field));
const address = 'https://vault:8200';

describe("settings are judged by their type's schema", () => {
  it('defaults are filled in, and fields that do not exist are left out', () => {
    expect(parse({ address })).toEqual({
      ok: true,
      settings: { address, mount: 'secret', 'auth.method': 'token', 'auth.token': token, pageSize: 50, verify: true },
    });
  });

  it("text is read as the field's type demands", () => {
    const parsed = parse({ address, pageSize: '10', verify: 'false', caFile: '/etc/ca.pem' });
    expect(parsed.ok && parsed.settings).toMatchObject({ pageSize: 10, verify: false, caFile: '/etc/ca.pem' });
    expect(parse({ address, pageSize: 10, verify: false, caFile: '/etc/ca.pem' })).toEqual(parsed);
  });

  it.each([
    ['address', ''],
    ['address', 'not an address'],
    ['address', 'ftp://vault'],
    ['address', 'https://'],
    ['address', 'file:///etc/passwd'],
    ['address', 'https://user:canary@vault'],
    ['address', 7],
    ['address', 'javascript://x'],
    ['address', 'https:\\\\vault'],
    ['mount', 'Secret'],
    ['mount', 'secret\n'],
    ['mount', true],
    ['auth.method', 'cert'],
    ['auth.method', 'toString'],
    ['auth.method', ''],
    ['caFile', 'ca.pem'],
    ['caFile', '/etc/\0'],
    ['pageSize', 0],
    ['pageSize', '101'],
    ['pageSize', '1.5'],
    ['pageSize', 1.5],
    ['pageSize', ''],
    ['pageSize', 'ten'],
    ['pageSize', true],
    ['pageSize', '1e1'],
    ['pageSize', Number.NaN],
    ['verify', 'yes'],
    ['verify', 1],
    ['verify', ''],
  ])('%s: %j is refused', (name, given) => {
    const parsed = parse({ address, [name]: given });
    expect(fields(parsed)).toEqual([name]);
    if (!parsed.ok) {
      expect(parsed.problems[0]?.problem).toMatch(/^(is|does|holds|names)/);
      expect(parsed.problems[0]?.hint).not.toBe('');
      expect(JSON.stringify(parsed)).not.toContain('canary');
    }
  });

  it.each([
    'https://vault.example.com:8200/base',
    'http://127.0.0.1:1',
    'https://[::1]:8200',
    'secretmanager.googleapis.com',
    'localhost:4566',
    '[::1]:80',
  ])('the address %s is taken', (good) => {
    expect(parse({ address: good })).toMatchObject({ ok: true, settings: { address: good } });
  });

  it('every problem is reported at once', () => {
    expect(fields(parse({ mount: '!', pageSize: 0, nonsense: 1 }, {}))).toEqual([
      'nonsense',
      'address',
      'mount',
      'auth.token',
      'pageSize',
    ]);
  });

  it('what is missing comes with the flag that gives it', () => {
    const parsed = parse({}, {});
    expect(parsed.ok ? [] : parsed.problems).toEqual([
      {
        field: 'address',
        problem: 'is missing',
        hint: 'give it with --set address=https://vault:8200: what it is for',
      },
      { field: 'auth.token', problem: 'is missing', hint: 'give it with --secret auth.token: what it is for' },
    ]);
  });

  it('an unknown field comes with its near matches', () => {
    const parsed = parse({ address, 'auth.metod': 'token', zzz: 1 });
    expect(parsed.ok ? [] : parsed.problems).toEqual([
      { field: 'auth.metod', problem: 'is not a setting of the type vault', hint: 'did you mean auth.method?' },
      {
        field: 'zzz',
        problem: 'is not a setting of the type vault',
        hint: `its settings are ${Object.keys(schema).join(', ')}`,
      },
    ]);
  });

  it.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])(
    '%s is a field like any other: unknown',
    (name) => {
      expect(fields(parse({ address, ...JSON.parse(`{"${name}":"x"}`) }))).toEqual([name]);
    },
  );
});

describe('secret and plain do not meet', () => {
  it('a secret that is given as plain text is refused, and not shown', () => {
    const parsed = parse({ address, 'auth.token': 'canary-plain' }, {});
    expect(fields(parsed)).toEqual(['auth.token']);
    expect(JSON.stringify(parsed)).not.toContain('canary');
  });

  it('a plain field that is given as a secret is refused, and not shown', () => {
    const parsed = parse({}, { 'auth.token': token, address: SecretValue.fromText('canary-secret') });
    expect(fields(parsed)).toEqual(['address']);
    expect(JSON.stringify(parsed)).not.toContain('canary');
  });

  it('an empty secret is refused', () => {
    expect(fields(parse({ address }, { 'auth.token': SecretValue.fromText('') }))).toEqual(['auth.token']);
  });
});

describe('a conditional field exists only while its condition holds', () => {
  it('the ones of the other choice are required instead', () => {
    expect(fields(parse({ address, 'auth.method': 'approle' }, {}))).toEqual(['auth.roleId', 'auth.secretId']);
    const parsed = parse({ address, 'auth.method': 'approle', 'auth.roleId': 'ci' }, { 'auth.secretId': token });
    expect(parsed.ok && Object.keys(parsed.settings)).toEqual([
      'address',
      'mount',
      'auth.method',
      'auth.roleId',
      'auth.secretId',
      'pageSize',
      'verify',
    ]);
  });

  it('given nevertheless, it is refused', () => {
    const parsed = parse({ address, 'auth.roleId': 'ci' });
    expect(parsed.ok ? [] : parsed.problems).toEqual([
      {
        field: 'auth.roleId',
        problem: 'has a meaning only when auth.method is approle',
        hint: 'leave it out; an update takes it away with --unset auth.roleId',
      },
    ]);
  });

  it('whatever the order of the schema, and through conditions on conditions', () => {
    const chained: SettingsSchema = {
      third: { ...about, type: 'integer', example: '1', default: 3, when: { field: 'second', is: ['on'] } },
      second: {
        ...about,
        type: 'choice',
        choices: ['on', 'off'],
        example: 'on',
        default: 'on',
        when: { field: 'first', is: ['true'] },
      },
      first: { ...about, type: 'boolean', example: 'true' },
    };
    expect(parseSettings({ type: 't', settings: chained }, { first: true }, {})).toEqual({
      ok: true,
      settings: { third: 3, second: 'on', first: true },
    });
    expect(parseSettings({ type: 't', settings: chained }, { first: false }, {})).toEqual({
      ok: true,
      settings: { first: false },
    });
    expect(fields(parseSettings({ type: 't', settings: chained }, { third: 1 }, {}))).toEqual(['third']);
  });
});

describe("the type's own rules", () => {
  it('are asked once every field is well', () => {
    const seen: unknown[] = [];
    const validate: BackendDefinition['validate'] = (settings) => {
      seen.push(settings);
      return [{ field: 'mount', problem: 'clashes', hint: 'choose another' }];
    };
    expect(parse({ address, mount: '!' }, undefined, { validate })).toMatchObject({
      ok: false,
      problems: [{ field: 'mount' }],
    });
    expect(seen).toEqual([]);
    expect(parse({ address }, undefined, { validate })).toEqual({
      ok: false,
      problems: [{ field: 'mount', problem: 'clashes', hint: 'choose another' }],
    });
    expect(seen).toHaveLength(1);
  });

  it('show no secret, and may fail', () => {
    const tell: BackendDefinition['validate'] = () => [
      { field: 'auth.token', problem: 'canary-token-1 is wrong', hint: 'not canary-token-1' },
    ];
    const fail: BackendDefinition['validate'] = () => {
      throw new Error('canary-token-1');
    };
    for (const validate of [tell, fail]) {
      const parsed = parse({ address }, undefined, { validate });
      expect(parsed.ok).toBe(false);
      expect(JSON.stringify(parsed)).not.toContain('canary');
    }
  });
});

it('whatever is given, there are settings or problems with a name, and nothing is thrown', () => {
  const value = fc.oneof(fc.string(), fc.double(), fc.boolean());
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(fc.constantFrom(...Object.keys(schema)), fc.string()), value), (plain) => {
      const parsed = parse(plain, {});
      if (!parsed.ok)
        for (const { problem, hint } of parsed.problems) expect(problem.length * hint.length).toBeGreaterThan(0);
    }),
  );
});
