import { defineCapabilities, SecretValue, type BackendCapabilities } from '@kici-dev/secret-backend';
import { describe, expect, it, vi } from 'vitest';
import { context, hostScripted, path, ref, scriptedBackend, words } from '../../support/scripted-backend.ts';

const { capabilities } = scriptedBackend();
const value = SecretValue.fromText('value');
const calls = {
  write: (hosted) => hosted.write?.({ ...ref('A'), value }, context()),
  delete: (hosted) => hosted.delete?.(ref('A'), context()),
  versions: (hosted) => hosted.versions?.(ref('A'), context()),
  restore: (hosted) => hosted.restore?.({ ...ref('A'), version: '1' }, context()),
  declare: (hosted) => hosted.declare?.(ref('A'), context()),
  scopes: (hosted) => hosted.scopes?.delete(path('apps'), context()),
} satisfies Partial<
  Record<keyof BackendCapabilities, (hosted: ReturnType<typeof hostScripted>) => Promise<unknown> | undefined>
>;

describe('what is not declared is not done', () => {
  it.each(Object.entries(calls))('%s: there is no such method where the type does not declare it', (name, call) => {
    expect(call(hostScripted({}, { declared: { [name]: false } }))).toBeUndefined();
  });

  it.each(Object.entries(calls))(
    '%s: it is unsupported where the instance declares less than its type',
    async (name, call) => {
      const hosted = hostScripted({ capabilities: defineCapabilities({ ...capabilities, [name]: false }) });
      await expect(call(hosted)).rejects.toMatchObject({ code: 'unsupported' });
    },
  );

  it.each(Object.entries(calls))('%s: or lacks what it declares', async (name, call) => {
    await expect(call(hostScripted({ [name]: undefined }))).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('a write on condition is refused, not made without it', async () => {
    const write = vi.fn(async () => ({ version: '1' }));
    const hosted = hostScripted({ write, capabilities: defineCapabilities({ ...capabilities, compareAndSet: false }) });
    for (const expectedVersion of [null, '1'])
      await expect(hosted.write?.({ ...ref('A'), value, expectedVersion }, context())).rejects.toMatchObject({
        code: 'unsupported',
      });
    expect(write).not.toHaveBeenCalled();
  });

  it('a pinned version is refused, not answered with the current one', async () => {
    const hosted = hostScripted({ capabilities: defineCapabilities({ ...capabilities, versionPins: false }) });
    expect(words(await hosted.read([ref('A', 'apps', '1'), ref('A')], context()))).toEqual(['unsupported', 'value']);
  });

  it('a value that is too large, or no text where only text is taken, never reaches the adapter', async () => {
    const write = vi.fn(async () => ({ version: '1' }));
    const hosted = hostScripted({ write, capabilities: defineCapabilities({ ...capabilities, binary: false }) });
    await expect(
      hosted.write?.({ ...ref('A'), value: SecretValue.fromText('x'.repeat(1_001)) }, context()),
    ).rejects.toMatchObject({ code: 'too_large' });
    await expect(
      hosted.write?.({ ...ref('A'), value: SecretValue.fromBytes(Uint8Array.of(0xff)) }, context()),
    ).rejects.toMatchObject({ code: 'unsupported' });
    expect(write).not.toHaveBeenCalled();
  });

  it("the manifest is the type's until there is an instance, then the instance's, frozen", async () => {
    const less = { ...capabilities, write: false };
    const hosted = hostScripted({ capabilities: less });
    expect(hosted.capabilities.write).toBe(true);
    expect(await hosted.ready()).toEqual(less);
    expect(hosted.capabilities).toEqual(less);
    expect(Object.isFrozen(hosted.capabilities)).toBe(true);
    less.binary = false;
    expect(hosted.capabilities.binary).toBe(true);
  });
});
