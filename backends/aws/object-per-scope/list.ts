import {
  whyOf,
  type CallContext,
  type ListPage,
  type ListQuery,
  type ScopePath,
  type SecretDescriptor,
  type UnlistedScope,
  type UnnameableSecret,
} from '@kici-dev/secret-backend';
import type { LayoutTools } from '../layout.ts';
import { listSecrets } from '../secrets/list.ts';
import { secretId, type SecretId } from '../secrets/secret-id.ts';
import { outcomeOf } from '../secrets/stored.ts';
import { openObjects, type OpenedScope } from './fields.ts';
import { valueOf, type Field } from './json-object.ts';
import { nameFor, scopeOf } from './names.ts';

interface ListedScope {
  readonly scope: ScopePath;
  readonly id: SecretId;
  readonly updatedAt: string | undefined;
}

/** Keys are inside values here, so listing reads every object below the query; a single scope needs no list at all. */
export async function* list(
  tools: LayoutTools,
  { scope, depth }: ListQuery,
  context: CallContext,
): AsyncGenerator<ListPage> {
  const { config, service } = tools;
  const { sharedSecrets } = config;
  if (scope !== undefined) {
    const name = nameFor(config.prefix, scope);
    if (name !== undefined)
      yield readPage(tools, [{ scope, id: secretId(sharedSecrets, name), updatedAt: undefined }], [], context);
    if (depth === 'scope') return;
  }
  const prefix = scope === undefined ? config.prefix : `${config.prefix}${scope}/`;
  const shared = [...sharedSecrets.keys()]
    .filter((name) => name.startsWith(prefix))
    .flatMap((name): ListedScope[] => {
      const parsed = scopeOf(config.prefix, name);
      return parsed.ok ? [{ scope: parsed.value, id: secretId(sharedSecrets, name), updatedAt: undefined }] : [];
    });
  if (shared.length > 0) yield readPage(tools, shared, [], context);
  for await (const page of listSecrets(service, prefix, context)) {
    const scopes: ListedScope[] = [];
    const unnameable: UnnameableSecret[] = [];
    for (const { name, updatedAt } of page) {
      if (sharedSecrets.has(name)) continue;
      const parsed = scopeOf(config.prefix, name);
      if (parsed.ok) scopes.push({ scope: parsed.value, id: { name }, updatedAt });
      else unnameable.push({ name, reason: parsed.reason });
    }
    yield readPage(tools, scopes, unnameable, context);
  }
}

async function readPage(
  { reader }: LayoutTools,
  scopes: readonly ListedScope[],
  unnameable: readonly UnnameableSecret[],
  context: CallContext,
): Promise<ListPage> {
  const outcomes = await reader.read(
    scopes.map(({ id }) => id),
    context,
  );
  const secrets: SecretDescriptor[] = [];
  const unlisted: UnlistedScope[] = [];
  const stored = scopes.map((listed) => [listed, outcomeOf(outcomes, listed.id)] as const);
  for await (const [listed, object] of openObjects(stored)) {
    const contents = keysOf(object, listed);
    if ('code' in contents) unlisted.push(contents);
    else secrets.push(...contents);
  }
  return {
    secrets,
    ...(unlisted.length !== 0 && { unlisted }),
    ...(unnameable.length !== 0 && { unnameable }),
  };
}

function keysOf(object: OpenedScope, { scope, updatedAt }: ListedScope): readonly SecretDescriptor[] | UnlistedScope {
  // Neither a secret that never had a value nor one that is gone since the list was made has fields.
  if (object.status === 'absent') return [];
  if (object.status === 'unknown') return { scope, depth: 'scope', code: object.code, ...whyOf(object) };
  return [...object.byKey].map(([key, fields]) => ({
    scope,
    key,
    version: object.version,
    ...(updatedAt !== undefined && { updatedAt }),
    ...problemOf(fields),
  }));
}

function problemOf([field, second]: readonly Field[]): Pick<SecretDescriptor, 'problem' | 'reason'> {
  if (second !== undefined) return { problem: 'ambiguous' };
  return field !== undefined && valueOf(field) === undefined
    ? { problem: 'wrong_shape', reason: 'field_not_text' }
    : {};
}
