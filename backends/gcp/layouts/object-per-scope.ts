import {
  absent,
  BackendError,
  found,
  SecretValue,
  unknown,
  whyOf,
  type CallContext,
  type ListPage,
  type ReadOutcome,
  type RecentWrites,
  type ScopePath,
  type SecretDescriptor,
  type UnlistedScope,
  type UnnameableSecret,
} from '@kici-dev/secret-backend';
import { objectPerScope } from '../capabilities.ts';
import type { Naming } from '../names/naming.ts';
import { isVersion } from '../names/resource.ts';
import type { Service } from '../service/service.ts';
import { accessVersion } from '../versions/access.ts';
import { accessCurrent } from '../versions/current.ts';
import { listVersions } from '../versions/list.ts';
import { listSecretIds } from '../versions/secret-ids.ts';
import { createObjectWriter } from './object-writer.ts';
import { fieldOf, objectOf, wrongShape, type Field, type JsonObject } from './json-object.ts';
import { isBelow, type Layout } from './layout.ts';
import { once, outcomeOf } from './outcomes.ts';
import { notAVersion } from './secret-per-key.ts';

/** The newest version of a secret is a JSON object with a field per key of one scope. */
export function createObjectPerScope(service: Service, recent: RecentWrites, naming: Naming<ScopePath>): Layout {
  const writer = createObjectWriter(service, recent);
  const requireId = (scope: ScopePath): string => {
    const id = naming.idOf(scope);
    if (id === undefined)
      throw new BackendError('invalid_argument', {
        detail: 'the flat naming of this backend has no secret id for this scope',
      });
    return id;
  };
  const access = async (id: string, version: string | undefined, context: CallContext): Promise<ReadOutcome> => {
    if (version === undefined) return accessCurrent(service, recent, id, context);
    return isVersion(version) ? accessVersion(service, id, version, context) : notAVersion();
  };
  return {
    capabilities: objectPerScope,
    holds: (id) => naming.placeOf(id).kind === 'named',
    async *list(query, context) {
      for await (const ids of listSecretIds(service, context)) {
        const named = ids.map((id) => ({ id, ...naming.placeOf(id) }));
        const unnameable: UnnameableSecret[] = named.flatMap((one) =>
          one.kind === 'unnameable' && query.scope === undefined ? [{ name: one.id, reason: one.reason }] : [],
        );
        const scopes = named.flatMap((one) =>
          one.kind === 'named' && isBelow(one.place, query) ? [{ id: one.id, scope: one.place }] : [],
        );
        yield toPage(
          await Promise.all(
            scopes.map(async ({ id, scope }) => ({
              scope,
              // Parsed as each arrives: parsing all at once would hold up the process.
              opened: open(await outcomeOf(() => access(id, undefined, context))),
            })),
          ),
          unnameable,
        );
      }
    },
    async read(refs, context) {
      // An object is parsed once, however many of its keys are requested.
      const find = once<OpenedScope>();
      return Promise.all(
        refs.map(({ scope, key, version }) =>
          outcomeOf(async () => {
            const id = naming.idOf(scope);
            return id === undefined
              ? absent
              : pick(
                  await find(JSON.stringify([id, version]), async () => open(await access(id, version, context))),
                  key,
                );
          }),
        ),
      );
    },
    async write({ scope, key, value }, context) {
      const text = value.text();
      if (text === undefined)
        throw new BackendError('unsupported', {
          detail: 'a field of a JSON object holds text; this value is not UTF-8',
        });
      if (key === '' || !key.isWellFormed())
        throw new BackendError('invalid_argument', { detail: 'a key must be non-empty, well-formed Unicode' });
      if (value.byteLength > objectPerScope.maxValueBytes)
        throw new BackendError('too_large', {
          detail: `in one JSON object per scope a value has at most ${objectPerScope.maxValueBytes} bytes, and this one has ${value.byteLength}`,
        });
      return writer.setField(requireId(scope), key, text, context);
    },
    async delete({ scope, key }, context) {
      const id = naming.idOf(scope);
      return { existed: id !== undefined && (await writer.removeField(id, key, context)) };
    },
    async versions({ scope, key }, context) {
      const id = naming.idOf(scope);
      const all = id === undefined ? [] : await listVersions(service, id, context);
      const holding = await Promise.all(
        all.map(async (one) => {
          const outcome =
            one.readable && id !== undefined
              ? pick(open(await accessVersion(service, id, one.version, context)), key)
              : absent;
          return outcome.status === 'found' || (outcome.status === 'unknown' && one.readable)
            ? [{ ...one, readable: outcome.status === 'found' }]
            : [];
        }),
      );
      return holding.flat();
    },
    async restore({ scope, key, version }, context) {
      const id = requireId(scope);
      const outcome = isVersion(version) ? pick(open(await accessVersion(service, id, version, context)), key) : absent;
      if (outcome.status === 'absent')
        throw new BackendError('not_found', { detail: 'there is no such version, or it lacks the key' });
      if (outcome.status === 'unknown') throw new BackendError(outcome.code, outcome);
      return writer.setField(id, key, outcome.value.text() ?? '', context);
    },
  };
}

type OpenedScope =
  | Exclude<ReadOutcome, { status: 'found' }>
  | {
      readonly status: 'object';
      readonly byKey: ReadonlyMap<string, JsonObject>;
      readonly version: string | undefined;
    };

function open(outcome: ReadOutcome): OpenedScope {
  if (outcome.status !== 'found') return outcome;
  const object = objectOf(outcome.value);
  return object === undefined
    ? unknown('wrong_shape', wrongShape, 'not_a_json_object')
    : { status: 'object', byKey: Map.groupBy(object, ({ key }) => key), version: outcome.version };
}

function pick(opened: OpenedScope, key: string): ReadOutcome {
  if (opened.status !== 'object') return opened;
  const field = fieldOf(opened.byKey.get(key) ?? [], key);
  switch (field.kind) {
    case 'text':
      return found(SecretValue.fromText(field.text), opened.version);
    case 'missing':
      return absent;
    case 'ambiguous':
      return unknown('ambiguous', 'the JSON object of the scope has the key more than once');
    case 'not-text':
      return unknown('wrong_shape', 'the field is null or not well-formed text', 'field_not_text');
  }
}

interface ReadScope {
  readonly scope: ScopePath;
  readonly opened: OpenedScope;
}

function toPage(scopes: readonly ReadScope[], unnameable: readonly UnnameableSecret[]): ListPage {
  const secrets: SecretDescriptor[] = [];
  const unlisted: UnlistedScope[] = [];
  for (const { scope, opened } of scopes) {
    if (opened.status === 'unknown') unlisted.push({ scope, depth: 'scope', code: opened.code, ...whyOf(opened) });
    if (opened.status === 'object') secrets.push(...describe(scope, opened.byKey, opened.version));
  }
  return {
    secrets,
    ...(unlisted.length !== 0 && { unlisted }),
    ...(unnameable.length !== 0 && { unnameable }),
  };
}

function describe(
  scope: ScopePath,
  byKey: ReadonlyMap<string, JsonObject>,
  version: string | undefined,
): SecretDescriptor[] {
  return [...byKey].map(([key, members]) => {
    const { kind } = fieldOf(members, key);
    return { scope, key, ...(version !== undefined && { version }), ...problemOf(kind) };
  });
}

function problemOf(kind: Field['kind']): Pick<SecretDescriptor, 'problem' | 'reason'> {
  if (kind === 'ambiguous') return { problem: 'ambiguous' };
  return kind === 'not-text' ? { problem: 'wrong_shape', reason: 'field_not_text' } : {};
}
