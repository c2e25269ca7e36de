import {
  BackendError,
  SecretValue,
  type CallContext,
  type SecretRef,
  type SecretWrite,
} from '@kici-dev/secret-backend';
import { errorOf } from '../service/service-error.ts';
import type { LayoutTools } from '../layout.ts';
import { putIfCurrent } from '../secrets/put-if-current.ts';
import { readOne } from '../secrets/read-one.ts';
import { openObject } from './fields.ts';
import { formatFields, textField, type Field } from './json-object.ts';
import { requireName } from './names.ts';

/** Each loss to another writer of the same scope costs one try. */
const maxAttempts = 8;

/** Sets one field and leaves the others alone. @returns the version that holds the change */
export async function setField(
  tools: LayoutTools,
  entry: SecretWrite,
  text: string,
  context: CallContext,
): Promise<string> {
  const { key, expectedVersion } = entry;
  return change(
    tools,
    entry,
    (fields, version) => {
      const exists = countOf(fields, key) > 0;
      if (expectedVersion !== undefined && expectedVersion !== (exists ? version : null)) {
        throw new BackendError('conflict', { detail: 'the current version is not the expected one' });
      }
      const field = textField(key, text);
      return exists ? fields.map((other) => (other.key === key ? field : other)) : [...fields, field];
    },
    context,
  );
}

/** @returns whether the field existed */
export async function removeField(tools: LayoutTools, ref: SecretRef, context: CallContext): Promise<boolean> {
  let existed = false;
  await change(
    tools,
    ref,
    (fields) => {
      existed = countOf(fields, ref.key) > 0;
      return existed ? fields.filter(({ key }) => key !== ref.key) : undefined;
    },
    context,
  );
  return existed;
}

/** @returns undefined to leave everything as it is */
type Edit = (fields: readonly Field[], version: string | null) => readonly Field[] | undefined;

/** Writes the object back only if it is still the one that was read, so that no writer's field is lost. */
async function change(
  tools: LayoutTools,
  target: SecretRef | SecretWrite,
  edit: Edit,
  context: CallContext,
): Promise<string> {
  const { config, service, tokens } = tools;
  const name = requireName(config.prefix, target.scope);
  for (let attempt = 1; ; attempt += 1) {
    const { fields, version } = await currentObject(tools, name, context);
    if (version !== null && tokens.isOf(target, version)) return version;
    const edited = edit(fields, version);
    if (edited === undefined) return version ?? '';
    const token = tokens.tokenFor(target, version ?? '');
    try {
      await putIfCurrent(
        service,
        config,
        { name, value: SecretValue.fromText(formatFields(edited)), token },
        version,
        context,
      );
      return token;
    } catch (error) {
      if (!BackendError.is(error) || error.code !== 'conflict' || attempt === maxAttempts) throw error;
    }
  }
}

/** @throws BackendError `ambiguous` if there is more than one */
function countOf(fields: readonly Field[], key: string): number {
  const count = fields.filter((field) => field.key === key).length;
  if (count > 1) throw new BackendError('ambiguous', { detail: 'the JSON object has this key more than once' });
  return count;
}

/** A scope without a secret, or whose secret never had a value, counts as an empty object yet to be created. */
async function currentObject(
  { service }: LayoutTools,
  name: string,
  context: CallContext,
): Promise<{ fields: readonly Field[]; version: string | null }> {
  const object = openObject(await readOne(service, { name }, context));
  if (object.status === 'object') return object;
  if (object.status === 'absent' || object.code === 'no_version') return { fields: [], version: null };
  throw errorOf(object);
}
