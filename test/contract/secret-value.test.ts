import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SecretValue } from '@kici-dev/secret-backend';

const canary = 'canary-7f3a91';

describe('a secret value does not print itself', () => {
  const value = SecretValue.fromText(canary);
  const sinks: Record<string, () => string> = {
    'String()': () => String(value),
    template: () => `${value}`,
    concatenation: () => '' + value,
    'JSON.stringify': () => JSON.stringify({ value }),
    'util.inspect': () => inspect({ value }, { depth: 9, showHidden: true, customInspect: true }),
    'util.inspect without custom': () => inspect(value, { customInspect: false, showHidden: true }),
    'structured clone': () => inspect(structuredClone(value), { showHidden: true }),
    'own keys': () => JSON.stringify(Object.getOwnPropertyNames(value)),
  };
  for (const [name, print] of Object.entries(sinks)) {
    it(name, () => {
      const printed = print();
      expect(printed).not.toContain(canary);
      expect(printed).not.toContain(String(Buffer.from(canary)[0]) + ', ' + String(Buffer.from(canary)[1]));
    });
  }
});

describe('a secret value keeps its bytes', () => {
  it('is a copy on the way in and on the way out', () => {
    const source = Uint8Array.of(1, 2, 3);
    const value = SecretValue.fromBytes(source);
    source[0] = 9;
    value.bytes()[1] = 9;
    expect([...value.bytes()]).toEqual([1, 2, 3]);
  });

  it('gives text only for valid UTF-8, and keeps a byte-order mark', () => {
    expect(SecretValue.fromBytes(Uint8Array.of(0xff, 0xfe)).text()).toBeUndefined();
    expect(SecretValue.fromText('\ufeffa').text()).toBe('\ufeffa');
  });
});
