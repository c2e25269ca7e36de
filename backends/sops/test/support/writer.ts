import { BackendError, SecretValue } from '@kici-dev/secret-backend';
import { callContext, ref, testHost, toValue } from '@kici-dev/secret-backend-conformance/testing';
import { createFileReader } from '@kici-dev/secret-federation';
import { text } from 'node:stream/consumers';
import { sopsDefinition } from '../../index.ts';

/**
 * A server of its own: `node writer.ts ROOT PROGRAM KEY…` with the age identity on its input writes each key into
 * `apps/shop`, again while another process holds the file, and prints it once it was told that the key is stored.
 */
const [root = '', program = '', ...keys] = process.argv.slice(2);
const backend = await sopsDefinition.create(
  { folder: `${root}/files`, ageKey: SecretValue.fromText(await text(process.stdin)), program, format: 'yaml' },
  testHost({ ambient: { credentials: false, paths: [root] }, readFile: createFileReader([root]) }),
);
for (const key of keys) {
  while (!(await isStored(key)));
  console.log(key);
}
await backend.close();

async function isStored(key: string): Promise<boolean> {
  try {
    await backend.write?.({ ...ref('apps/shop', key), value: toValue(key) }, callContext());
    return true;
  } catch (error) {
    if (BackendError.is(error) && error.code === 'conflict') return false;
    throw error;
  }
}
