import {
  absent,
  BackendError,
  type CallContext,
  type ReadOutcome,
  type SecretRef,
  type VersionInfo,
} from '@kici-dev/secret-backend';
import { objectPerScopeCapabilities } from '../capabilities.ts';
import type { Layout, LayoutTools } from '../layout.ts';
import { listVersions } from '../secrets/lifecycle.ts';
import { recoverValue } from '../secrets/recover.ts';
import { idKey, secretId } from '../secrets/secret-id.ts';
import { unanswered } from '../secrets/stored.ts';
import { removeField, setField } from './change.ts';
import { fieldOutcome, openObjects, type OpenedScope } from './fields.ts';
import { list } from './list.ts';
import { nameFor, requireName } from './names.ts';

/** One JSON object per scope, one field per key. Versions are those of the object. */
export function objectPerScope(tools: LayoutTools): Layout {
  const { config, service, reader } = tools;
  const { maxValueBytes } = objectPerScopeCapabilities;

  const nameOf = ({ scope }: SecretRef): string | undefined => nameFor(config.prefix, scope);

  const read = async (refs: readonly SecretRef[], context: CallContext): Promise<ReadOutcome[]> => {
    const ids = refs.map((ref) => {
      const name = nameOf(ref);
      return name === undefined ? undefined : secretId(config.sharedSecrets, name, ref.version);
    });
    const outcomes = await reader.read(
      ids.filter((id) => id !== undefined),
      context,
    );
    const objects = new Map<string, OpenedScope>();
    for await (const [id, object] of openObjects(outcomes)) objects.set(id, object);
    return refs.map(({ key }, index) => {
      const id = ids[index];
      return id === undefined ? absent : fieldOutcome(objects.get(idKey(id)) ?? unanswered, key);
    });
  };

  const write: NonNullable<Layout['write']> = async (entry, context) => {
    if (entry.value.byteLength > maxValueBytes) {
      throw new BackendError('too_large', {
        detail: `a field has at most ${maxValueBytes} bytes, and this one has ${entry.value.byteLength}; all fields of a scope share 65,536`,
      });
    }
    const text = entry.value.text();
    if (text === undefined)
      throw new BackendError('unsupported', {
        detail: 'a JSON field holds only text; the layout secret-per-key takes any bytes',
      });
    return { version: await setField(tools, entry, text, context) };
  };

  /** A version has a key only if its object does, so each object is read: this costs as much as reading. */
  const versions = async (ref: SecretRef, context: CallContext): Promise<readonly VersionInfo[]> => {
    const name = nameOf(ref);
    const all = name === undefined ? [] : await listVersions(service, secretId(config.sharedSecrets, name), context);
    const outcomes = await read(
      all.map(({ version }) => ({ scope: ref.scope, key: ref.key, version })),
      context,
    );
    return all.flatMap((info, index) => {
      const outcome = outcomes[index];
      return outcome === undefined || outcome.status === 'absent'
        ? []
        : [{ ...info, readable: outcome.status === 'found' }];
    });
  };

  return {
    capabilities: objectPerScopeCapabilities,
    nameOf,
    list: (query, context) => list(tools, query, context),
    read,
    write,
    delete: async (ref, context) => ({
      existed: nameOf(ref) !== undefined && (await removeField(tools, ref, context)),
    }),
    versions,
    async restore(ref, context) {
      const name = requireName(config.prefix, ref.scope);
      const value = await recoverValue(service, name, read, ref, context);
      return write({ scope: ref.scope, key: ref.key, value }, context);
    },
  };
}
