import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFields, parseFields, valueOf } from '../object-per-scope/json-object.ts';
import { context, listAll, openScene, readAll, ref, textPayload, value } from './support/scene.ts';

const layout = 'object-per-scope';

describe('a JSON object for each scope', () => {
  it('gives strings as they are and anything else as its JSON text, with every digit', async () => {
    const { fake, backend } = await openScene({ layout });
    fake.store.create(
      'apps',
      textPayload(
        '{ "BIG": 12345678901234567890, "ZERO": 1.10, "LIST": [1, {"a" : "}"}], "NULL": null, "TRUE":true, "TEXT": "a\\"\\u00e4\\n", "OBJECT": {"x":{}} }',
      ),
    );
    const keys = ['BIG', 'ZERO', 'LIST', 'NULL', 'TRUE', 'TEXT', 'OBJECT', 'NONE'];
    expect(
      await readAll(
        backend,
        keys.map((key) => ref('apps', key)),
      ),
    ).toEqual([
      '12345678901234567890',
      '1.10',
      '[1, {"a" : "}"}]',
      'unknown wrong_shape',
      'true',
      'a"ä\n',
      '{"x":{}}',
      'absent',
    ]);
  });

  it('serves neither of two fields with one key', async () => {
    const { fake, backend } = await openScene({ layout });
    fake.store.create('apps', textPayload('{"A":"1","B":"2","\\u0041":"3"}'));
    expect(await readAll(backend, [ref('apps', 'A'), ref('apps', 'B')])).toEqual(['unknown ambiguous', '2']);
    expect((await listAll(backend)).names).toEqual(['apps A (ambiguous)', 'apps B']);
    await expect(backend.write?.({ ...ref('apps', 'A'), value: value('x') }, context())).rejects.toMatchObject({
      code: 'ambiguous',
    });
  });

  it('says wrong_shape of a secret that is not an object, and lists the scope as one that cannot be listed', async () => {
    const { fake, backend } = await openScene({ layout });
    for (const [index, text] of ['plain', '"text"', '[1]', '12', 'null', '{"A":1', '{"A":1}}'].entries())
      fake.store.create(`s${index}`, textPayload(text));
    fake.store.create('s7', { text: undefined, binary: Buffer.from('{"A":"1"}').toString('base64') });
    expect(
      new Set(
        await readAll(
          backend,
          Array.from({ length: 8 }, (_, index) => ref(`s${index}`, 'A')),
        ),
      ),
    ).toEqual(new Set(['unknown wrong_shape']));
    expect((await listAll(backend)).unlisted).toEqual(
      Array.from({ length: 8 }, (_, index) => `s${index} (wrong_shape)`),
    );
  });

  it('has no value for half a surrogate pair, and replaces nothing', async () => {
    const { fake, backend } = await openScene({ layout });
    fake.store.create('apps', textPayload('{"A":"\\ud800","B":"ok"}'));
    expect(await readAll(backend, [ref('apps', 'A'), ref('apps', 'B')])).toEqual(['unknown wrong_shape', 'ok']);
  });

  it('knows no prototype names but those that are stored', async () => {
    const { fake, backend } = await openScene({ layout });
    fake.store.create('apps', textPayload('{"__proto__":"p"}'));
    expect(await readAll(backend, [ref('apps', '__proto__'), ref('apps', 'constructor')])).toEqual(['p', 'absent']);
    await backend.write?.({ ...ref('apps', 'constructor'), value: value('c') }, context());
    expect(await readAll(backend, [ref('apps', '__proto__'), ref('apps', 'constructor')])).toEqual(['p', 'c']);
  });

  it('reads by name the keys of a scope that lists do not show yet', async () => {
    const { fake, backend } = await openScene({ layout });
    fake.store.create('apps/shop', textPayload('{"A":"1"}'));
    fake.access.hidden.add('apps/shop');
    expect((await listAll(backend)).names).toEqual([]);
    expect(await readAll(backend, [ref('apps/shop', 'A')])).toEqual(['1']);
    expect((await listAll(backend, 'apps/shop')).names).toEqual(['apps/shop A']);
  });

  it('changes one field and keeps the others byte for byte', async () => {
    const { fake, backend } = await openScene({ layout });
    fake.store.create('apps', textPayload('{"N":1.0e400,"__proto__":{"a":1},"A":"x","\\u0042":"y"}'));
    await backend.write?.({ ...ref('apps', 'A'), value: value('new\n') }, context());
    await backend.write?.({ ...ref('apps', 'C'), value: value('z') }, context());
    expect(await backend.delete?.(ref('apps', 'B'), context())).toEqual({ existed: true });
    expect(await backend.delete?.(ref('apps', 'B'), context())).toEqual({ existed: false });
    const current = await backend.read([ref('apps', 'N')], context());
    expect(current).toMatchObject([{ status: 'found' }]);
    expect([...fake.store.find('apps').versions.values()].at(-1)?.text).toBe(
      '{"N":1.0e400,"__proto__":{"a":1},"A":"new\\n","C":"z"}',
    );
  });

  it.each(['PutSecretValue', 'UpdateSecretVersionStage', 'CreateSecret'])(
    'loses no field that somebody else writes just before its %s',
    async (operation) => {
      const { fake, backend } = await openScene({ layout });
      const theirs = textPayload('{"B":"theirs"}');
      if (operation === 'CreateSecret') fake.meanwhile.set(operation, () => void fake.store.create('apps', theirs));
      else {
        fake.store.create('apps', textPayload('{"B":"old"}'));
        fake.meanwhile.set(operation, () => void fake.store.put('apps', theirs));
      }
      await backend.write?.({ ...ref('apps', 'A'), value: value('ours') }, context());
      expect(await readAll(backend, [ref('apps', 'A'), ref('apps', 'B')])).toEqual(['ours', 'theirs']);
    },
  );

  it('shows as versions of a key those of the object that have it', async () => {
    const { fake, backend } = await openScene({ layout });
    const { version: before } = fake.store.create('apps', textPayload('{"OTHER":"o"}'));
    const { version: first } = fake.store.put('apps', textPayload('{"A":"1"}'));
    const { version: second } = fake.store.put('apps', textPayload('{"A":"2"}'));
    expect((await backend.versions?.(ref('apps', 'A'), context()))?.map(({ version }) => version)).toEqual([
      second.id,
      first.id,
    ]);
    await expect(backend.restore?.({ ...ref('apps', 'A'), version: before ?? '' }, context())).rejects.toMatchObject({
      code: 'not_found',
    });
    await backend.restore?.({ ...ref('apps', 'A'), version: first.id }, context());
    expect(await readAll(backend, [ref('apps', 'A')])).toEqual(['1']);
  });

  it('refuses a field that would make the object too large, and keeps the object', async () => {
    const { fake, backend } = await openScene({ layout });
    fake.store.create('apps', textPayload(JSON.stringify({ A: 'x'.repeat(32_000), B: 'x'.repeat(32_000) })));
    await expect(
      backend.write?.({ ...ref('apps', 'C'), value: value('x'.repeat(2_000)) }, context()),
    ).rejects.toMatchObject({ code: 'too_large' });
    expect(fake.store.find('apps').versions.size).toBe(1);
  });
});

describe('taking an object apart', () => {
  const space = fc.constantFrom('', ' ', '\n\t');

  it('finds every field of every object, wherever white space lies', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.jsonValue(), space), { maxLength: 8 }),
        (entries) => {
          const text = `{${entries.map(([key, item, gap]) => `${gap}${JSON.stringify(key)}${gap}:${gap}${JSON.stringify(item)}${gap}`).join(',')}}`;
          const fields = parseFields(text) ?? [];
          expect(fields.map(({ key, raw }) => [key, raw])).toEqual(
            entries.map(([key, item]) => [key, JSON.stringify(item)]),
          );
          expect(fields.map((field) => valueOf(field)?.text())).toEqual(
            entries.map(([, item]) =>
              typeof item === 'string' ? item : item === null ? undefined : JSON.stringify(item),
            ),
          );
          expect(parseFields(formatFields(fields))).toEqual(fields);
        },
      ),
    );
  });

  it('takes nothing else for an object', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (parseFields(text) !== undefined) expect(typeof JSON.parse(text)).toBe('object');
      }),
    );
  });
});
