import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  callContext,
  describeLane,
  listAll,
  readAll,
  ref,
  toValue,
} from '@kici-dev/secret-backend-conformance/testing';
import { describe, expect, it } from 'vitest';
import { sopsLane } from './support/lane.ts';
import { openScene } from './support/scene.ts';

const awkward = 'line one\nwith \\n, "quotes", a \ttab and 漢字 🔑 ';

describeLane({ describe, test: it }, sopsLane, () => {
  it.each(['yaml', 'json', 'dotenv', 'ini'])('a %s document is created, changed and emptied', async (format) => {
    const { store, backend } = await openScene({ format });
    const secret = ref('apps/shop', 'TOKEN');
    await backend.write?.({ ...secret, value: toValue(awkward), expectedVersion: null }, callContext());
    await backend.write?.({ ...ref('apps/shop', 'OTHER.KEY-1'), value: toValue('007.10') }, callContext());
    expect(await readAll(backend, [secret, ref('apps/shop', 'OTHER.KEY-1'), ref('apps/shop', 'NONE')])).toEqual([
      awkward,
      '007.10',
      'absent',
    ]);
    expect((await listAll(backend)).names).toEqual(['apps/shop TOKEN', 'apps/shop OTHER.KEY-1']);
    await backend.delete?.(secret, callContext());
    await backend.delete?.(ref('apps/shop', 'OTHER.KEY-1'), callContext());
    expect(await listAll(backend)).toEqual({ names: [], unlisted: [], unnameable: [] });
    expect(await readAll(backend, [secret])).toEqual(['absent']);
    await backend.write?.({ ...secret, value: toValue('again') }, callContext());
    expect(await readAll(backend, [secret])).toEqual(['again']);
    await store.remove();
  });

  it('keys of nested members are their path, and scalars are text as sops spells them', async () => {
    const { store, backend } = await openScene();
    await store.encrypt(
      'prod.yaml',
      'db:\n  password: p\n  port: 5432\n  big: 9007199254740993\n  on: true\n  none: null\nhosts:\n  - one\n  - two\nempty: ""\n',
    );
    const keys = ['db.password', 'db.port', 'db.big', 'db.on', 'hosts.1', 'empty', 'db.none', 'db', 'hosts', 'hosts.2'];
    expect(
      await readAll(
        backend,
        keys.map((key) => ref('prod', key)),
      ),
    ).toEqual([
      'p',
      '5432',
      '9007199254740993',
      'true',
      'two',
      '',
      'unknown wrong_shape',
      'unknown wrong_shape',
      'unknown wrong_shape',
      'absent',
    ]);
    expect((await listAll(backend)).names).toEqual([
      'prod db.password',
      'prod db.port',
      'prod db.big',
      'prod db.on',
      'prod db.none (wrong_shape)',
      'prod hosts.0',
      'prod hosts.1',
      'prod empty',
    ]);
  });

  it('a change keeps comments, order and types of what it does not touch, and goes into its section', async () => {
    const { store, backend } = await openScene();
    await store.encrypt(
      'prod.yaml',
      '# who owns this\ndb:\n    # rotated monthly\n    password: old\n    port: 5432\nlast: x\n',
    );
    for (const [key, text] of [
      ['db.password', 'new'],
      ['db.user', 'u'],
      ['other.key', 'k'],
    ] as const)
      await backend.write?.({ ...ref('prod', key), value: toValue(text) }, callContext());
    expect(await store.decrypt('prod.yaml')).toBe(
      '# who owns this\ndb:\n    # rotated monthly\n    password: new\n    port: 5432\n    user: u\nlast: x\nother.key: k\n',
    );
    await store.encrypt('conf.ini', '; who\n[db]\npassword = old\n');
    await backend.write?.({ ...ref('conf', 'db.password'), value: toValue('new') }, callContext());
    for (const key of ['TOP', 'DEFAULT.KEY', 'db.a.b', 'none.KEY'])
      await backend.write?.({ ...ref('conf', key), value: toValue(key) }, callContext());
    expect(
      await readAll(
        backend,
        ['db.password', 'TOP', 'DEFAULT.KEY', 'db.a.b', 'none.KEY', 'KEY'].map((key) => ref('conf', key)),
      ),
    ).toEqual(['new', 'TOP', 'DEFAULT.KEY', 'db.a.b', 'none.KEY', 'absent']);
    expect(await store.decrypt('conf.ini')).toContain('; who');
    await store.encrypt('conf2.env', '# note\nA=one\\ntwo\nB=x\n');
    expect(await readAll(backend, [ref('conf2', 'A')])).toEqual(['one\ntwo']);
    await backend.write?.({ ...ref('conf2', 'B'), value: toValue('y') }, callContext());
    expect(await store.decrypt('conf2.env')).toBe('# note\nA=one\\ntwo\nB=y\n');
  });

  it('two places with one key, a member that is there twice, and two files of one name are ambiguous', async () => {
    const { store, backend } = await openScene();
    await store.encrypt('a.yaml', 'x.y: flat\nx:\n  y: nested\n');
    await store.encrypt('b.json', '{"A":"1","A":"2","B":"3"}');
    await store.encrypt('c.yaml', 'A: 1\n');
    await store.encrypt('c.env', 'A=2\n');
    const refs = [ref('a', 'x.y'), ref('b', 'A'), ref('b', 'B'), ref('c', 'A')];
    expect(await readAll(backend, refs)).toEqual(refs.map(() => 'unknown ambiguous'));
    expect(await listAll(backend)).toEqual({
      names: ['a x.y (ambiguous)'],
      unlisted: ['b (ambiguous)', 'c (ambiguous)'],
      unnameable: [],
    });
    for (const one of [refs[0], refs[3]])
      await expect(
        backend.write?.({ ...(one ?? ref('a', 'b')), value: toValue('z') }, callContext()),
      ).rejects.toMatchObject({
        code: 'ambiguous',
      });
  });

  it('what sops did not encrypt is unavailable, and never taken for a document or for nothing', async () => {
    const { store, backend } = await openScene();
    await writeFile(join(store.folder, 'plain.yaml'), 'TOKEN: in clear\n');
    await writeFile(join(store.folder, 'broken.yaml'), '{{{\n');
    await writeFile(join(store.folder, 'empty.env'), '');
    await writeFile(join(store.folder, 'README.md'), 'hello');
    await writeFile(join(store.folder, 'odd name.yaml'), 'x');
    const refs = ['plain', 'broken', 'empty'].map((scope) => ref(scope, 'TOKEN'));
    expect(await readAll(backend, refs)).toEqual(refs.map(() => 'unknown wrong_shape'));
    expect(await listAll(backend)).toEqual({
      names: [],
      unlisted: ['broken (wrong_shape)', 'empty (wrong_shape)', 'plain (wrong_shape)'],
      unnameable: ['odd name.yaml'],
    });
  });

  it('nothing is written where sops would leave it in clear', async () => {
    const { store, backend } = await openScene();
    await store.encrypt('rules.yaml', 'secret: s\nclear: c\n', ['--encrypted-regex', '^secret$']);
    await store.encrypt('suffix.yaml', 'notes_unencrypted:\n  a: b\n');
    for (const one of [ref('rules', 'TOKEN'), ref('suffix', 'notes_unencrypted.TOKEN'), ref('new', 'A_unencrypted')])
      await expect(backend.write?.({ ...one, value: toValue('canary') }, callContext())).rejects.toMatchObject({
        code: 'invalid_argument',
      });
    expect(await readAll(backend, [ref('rules', 'secret'), ref('rules', 'clear')])).toEqual(['s', 'c']);
  });
});
