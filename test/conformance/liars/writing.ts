import { BackendError, SecretValue, type ReadOutcome } from '@kici-dev/secret-backend';
import { path } from '../../../src/conformance/world.ts';
import { memoryCapabilities } from '@kici-dev/secret-backend-conformance';
import type { Liar } from './liar.ts';

const cut = (value: SecretValue, bytes: number): SecretValue => SecretValue.fromBytes(value.bytes().subarray(0, bytes));
const replaced = (value: SecretValue): SecretValue =>
  SecretValue.fromText(new TextDecoder('utf-8', { ignoreBOM: true }).decode(value.bytes()));
const versionOf = (outcome: ReadOutcome | undefined): string | null =>
  outcome?.status === 'found' ? (outcome.version ?? null) : null;

export const writingLiars: readonly Liar[] = [
  {
    lie: 'loses a write that overlaps another',
    caught: 'writing.at-once',
    tell(honest) {
      let running = 0;
      return {
        async write(entry, context) {
          if (running > 0 && entry.expectedVersion === undefined) return { version: '999' };
          running += 1;
          return honest.write(entry, context).finally(() => {
            running -= 1;
          });
        },
      };
    },
  },
  {
    lie: 'replaces bytes that are not UTF-8',
    caught: 'writing.binary',
    tell: (honest) => ({
      write: (entry, context) =>
        honest.write(
          {
            ...entry,
            value: replaced(entry.value).text()?.includes('\ufffd') === true ? replaced(entry.value) : entry.value,
          },
          context,
        ),
    }),
  },
  {
    lie: 'trims a trailing newline',
    caught: 'writing.text',
    tell: (honest) => ({
      write: (entry, context) =>
        honest.write(
          {
            ...entry,
            value:
              entry.value.text()?.endsWith('\n') === true ? cut(entry.value, entry.value.byteLength - 1) : entry.value,
          },
          context,
        ),
    }),
  },
  {
    lie: 'acknowledges an empty value without storing it',
    caught: 'writing.empty',
    tell: (honest) => ({
      write: async (entry, context) =>
        entry.value.byteLength === 0 ? { version: '999' } : honest.write(entry, context),
    }),
  },
  {
    lie: 'refuses the largest value',
    caught: 'writing.largest',
    tell: (honest) => ({
      async write(entry, context) {
        if (entry.value.byteLength === memoryCapabilities.maxValueBytes) throw new BackendError('too_large');
        return honest.write(entry, context);
      },
    }),
  },
  {
    lie: 'cuts off what is too large',
    caught: 'writing.too-large',
    tell: (honest) => ({
      write: (entry, context) =>
        honest.write({ ...entry, value: cut(entry.value, memoryCapabilities.maxValueBytes) }, context),
    }),
  },
  {
    lie: 'shows the value that it refuses',
    caught: 'leaks.refused-write',
    tell: (honest) => ({
      write: (entry, context) =>
        honest.write(entry, context).catch((error: unknown) => {
          throw BackendError.is(error) && entry.value.byteLength > memoryCapabilities.maxValueBytes
            ? new BackendError('too_large', { detail: `too large: ${entry.value.text()?.slice(0, 40)}…` })
            : error;
        }),
    }),
  },
  {
    lie: 'gives every overwrite the version that was there before',
    caught: 'writing.receipt',
    tell: (honest) => ({
      async write(entry, context) {
        const [before] = await honest.read([{ scope: entry.scope, key: entry.key }], context);
        const receipt = await honest.write(entry, context);
        return { ...receipt, version: versionOf(before) ?? receipt.version };
      },
    }),
  },
  {
    lie: 'writes the same key of the scope below, too',
    caught: 'writing.neighbours',
    tell: (honest) => ({
      async write(entry, context) {
        const below = { scope: path(`${entry.scope}/db`), key: entry.key };
        const [exists] = await honest.read([below], context);
        if (exists?.status === 'found') await honest.write({ ...below, value: entry.value }, context);
        return honest.write(entry, context);
      },
    }),
  },
  {
    lie: 'forgets a value that is written again after a deletion',
    caught: 'deleting.write-again',
    tell(honest) {
      const deleted = new Set<string>();
      return {
        write: async (entry, context) =>
          deleted.has(`${entry.scope} ${entry.key}`) ? { version: '999' } : honest.write(entry, context),
        async delete(ref, context) {
          deleted.add(`${ref.scope} ${ref.key}`);
          return honest.delete(ref, context);
        },
      };
    },
  },
  {
    lie: 'ignores an expected version when nobody else is writing',
    caught: 'cas.stale',
    tell(honest) {
      let running = 0;
      return {
        async write({ scope, key, value, expectedVersion }, context) {
          running += 1;
          const ignores = running === 1 && typeof expectedVersion === 'string';
          return honest
            .write(
              { scope, key, value, ...(!ignores && expectedVersion !== undefined && { expectedVersion }) },
              context,
            )
            .finally(() => {
              running -= 1;
            });
        },
      };
    },
  },
  {
    lie: 'compares the version first and writes later',
    caught: 'cas.one-winner',
    tell: (honest) => ({
      async write(entry, context) {
        if (typeof entry.expectedVersion !== 'string') return honest.write(entry, context);
        const [before] = await honest.read([{ scope: entry.scope, key: entry.key }], context);
        if (versionOf(before) !== entry.expectedVersion) throw new BackendError('conflict');
        return honest.write({ scope: entry.scope, key: entry.key, value: entry.value }, context);
      },
    }),
  },
  {
    lie: 'looks whether there is nothing and creates later',
    caught: 'cas.one-creator',
    tell: (honest) => ({
      async write(entry, context) {
        if (entry.expectedVersion !== null) return honest.write(entry, context);
        const [before] = await honest.read([{ scope: entry.scope, key: entry.key }], context);
        if (before?.status === 'found') throw new BackendError('conflict');
        return honest.write({ scope: entry.scope, key: entry.key, value: entry.value }, context);
      },
    }),
  },
  {
    lie: 'rejects when there is nothing to delete',
    caught: 'deleting.nothing',
    tell: (honest) => ({
      async delete(ref, context) {
        const receipt = await honest.delete(ref, context);
        if (!receipt.existed) throw new BackendError('not_found');
        return receipt;
      },
    }),
  },
  {
    lie: 'deletes the same key of the scope below, too',
    caught: 'deleting.neighbours',
    tell: (honest) => ({
      async delete(ref, context) {
        await honest.delete({ scope: path(`${ref.scope}/db`), key: ref.key }, context);
        return honest.delete(ref, context);
      },
    }),
  },
  {
    lie: 'empties a value when its name is declared',
    caught: 'declare.keeps',
    tell: (honest) => ({
      async declare(ref, context) {
        const [before] = await honest.read([ref], context);
        if (before?.status === 'found') await honest.write({ ...ref, value: SecretValue.fromText('') }, context);
        else await honest.declare(ref, context);
      },
    }),
  },
  {
    lie: 'lists versions oldest first',
    caught: 'versions.list',
    tell: (honest) => ({ versions: async (ref, context) => (await honest.versions(ref, context)).toReversed() }),
  },
];
