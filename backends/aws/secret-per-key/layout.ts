import {
  absent,
  BackendError,
  found,
  type CallContext,
  type ReadOutcome,
  type SecretRef,
  type WriteReceipt,
} from '@kici-dev/secret-backend';
import { secretPerKeyCapabilities } from '../capabilities.ts';
import type { Layout, LayoutTools } from '../layout.ts';
import { listVersions, scheduleDeletion } from '../secrets/lifecycle.ts';
import { putIfCurrent } from '../secrets/put-if-current.ts';
import { createEmpty, put } from '../secrets/put.ts';
import { recoverValue } from '../secrets/recover.ts';
import { secretId } from '../secrets/secret-id.ts';
import { outcomeOf } from '../secrets/stored.ts';
import { list } from './list.ts';
import { nameFor } from './names.ts';

/** One secret per key, whose value is the secret's own text or bytes. */
export function secretPerKey(tools: LayoutTools): Layout {
  const { config, service, reader, tokens } = tools;

  const nameOf = (ref: SecretRef): string | undefined => nameFor(config.prefix, ref);

  const requireName = (ref: SecretRef): string => {
    const name = nameOf(ref);
    if (name === undefined) {
      throw new BackendError('invalid_argument', {
        detail:
          'a key has only A-Z, a-z, 0-9 and _+=.@-, and prefix, scope and key together have at most 511 characters',
      });
    }
    return name;
  };

  const read = async (refs: readonly SecretRef[], context: CallContext): Promise<ReadOutcome[]> => {
    const ids = refs.map((ref) => {
      const name = nameOf(ref);
      return name === undefined ? undefined : secretId(config.sharedSecrets, name, ref.version);
    });
    const outcomes = await reader.read(
      ids.filter((id) => id !== undefined),
      context,
    );
    return ids.map((id) => {
      if (id === undefined) return absent;
      const outcome = outcomeOf(outcomes, id);
      return outcome.status === 'found' ? found(outcome.value, outcome.version) : outcome;
    });
  };

  const write: NonNullable<Layout['write']> = async (entry, context): Promise<WriteReceipt> => {
    const version = { name: requireName(entry), value: entry.value, token: tokens.tokenFor(entry) };
    if (entry.expectedVersion === undefined) await put(service, config, version, context);
    else await putIfCurrent(service, config, version, entry.expectedVersion, context);
    return { version: version.token };
  };

  return {
    capabilities: secretPerKeyCapabilities,
    nameOf,
    list: (query, context) => list(tools, query, context),
    read,
    write,
    async delete(ref, context) {
      const name = nameOf(ref);
      return name === undefined
        ? { existed: false }
        : scheduleDeletion(service, name, config.deletionWindowDays, context);
    },
    async versions(ref, context) {
      const name = nameOf(ref);
      return name === undefined ? [] : listVersions(service, secretId(config.sharedSecrets, name), context);
    },
    async restore(ref, context) {
      const name = requireName(ref);
      const value = await recoverValue(service, name, read, ref, context);
      return write({ scope: ref.scope, key: ref.key, value }, context);
    },
    declare: (ref, context) => createEmpty(service, config, requireName(ref), context),
  };
}
