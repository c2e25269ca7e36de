import type { Access } from './access.ts';
import type { Input } from './input.ts';
import { invalid, Refusal } from './refusal.ts';
import type { SecretStore, StoredSecret } from './store.ts';

type Answer = Record<string, unknown>;

export function listSecrets(store: SecretStore, access: Access, pageLimit: number, input: Input): Answer {
  const filters = input
    .inputs('Filters')
    .map((filter) => ({ key: filter.text('Key'), values: filter.maybeTexts('Values') ?? [] }));
  if (filters.length > 10 || filters.some(({ key }) => key !== 'name'))
    throw invalid('this fake filters by name only, with at most 10 filters');
  const chosen = [...store.secrets.values()]
    .filter(
      ({ name, deletedAt }) =>
        !access.hidden.has(name) && (deletedAt === undefined || input.flag('IncludePlannedDeletion')),
    )
    .filter(({ name }) => filters.every(({ values }) => values.some((value) => matches(name, value))));
  const { items, next } = page(chosen, pageLimit, input);
  return { SecretList: items.map(listEntry), NextToken: next };
}

export function listVersionIds(store: SecretStore, pageLimit: number, input: Input): Answer {
  const secret = store.find(input.text('SecretId'));
  const versions = [...secret.versions.values()].filter(
    ({ stages }) => input.flag('IncludeDeprecated') || stages.size > 0,
  );
  const { items, next } = page(versions, pageLimit, input);
  return {
    ARN: secret.arn,
    Name: secret.name,
    NextToken: next,
    Versions: items.map(({ id, stages, createdAt }) => ({
      VersionId: id,
      VersionStages: [...stages],
      CreatedDate: createdAt,
    })),
  };
}

/** Prefixes of words match too, so that `apps/` finds `other/apps/x`; a leading `!` negates a value. */
function matches(name: string, value: string): boolean {
  if (value.startsWith('!')) return !matches(name, value.slice(1));
  return (
    name.startsWith(value) || [...name.matchAll(/[/_+=.@-]/g)].some(({ index }) => name.startsWith(value, index + 1))
  );
}

function page<T>(items: readonly T[], limit: number, input: Input): { items: readonly T[]; next: string | undefined } {
  const token = input.maybeText('NextToken');
  const start =
    token === undefined ? 0 : Number(/^page-([0-9]+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1]);
  if (!Number.isInteger(start)) throw new Refusal('InvalidNextTokenException', 'Invalid token.');
  const end = start + Math.min(input.maybeNumber('MaxResults') ?? 100, limit);
  return {
    items: items.slice(start, end),
    next: end < items.length ? Buffer.from(`page-${end}`).toString('base64url') : undefined,
  };
}

function listEntry(secret: StoredSecret): Answer {
  return { ...describeSecret(secret), VersionIdsToStages: undefined, SecretVersionsToStages: stagesOf(secret) };
}

export function describeSecret(secret: StoredSecret): Answer {
  return {
    ARN: secret.arn,
    Name: secret.name,
    CreatedDate: secret.createdAt,
    LastChangedDate: secret.changedAt,
    DeletedDate: secret.deletedAt,
    KmsKeyId: secret.kmsKeyId,
    Tags: secret.tags,
    VersionIdsToStages: stagesOf(secret),
  };
}

function stagesOf({ versions }: StoredSecret): Record<string, readonly string[]> | undefined {
  const staged = [...versions.values()].filter(({ stages }) => stages.size > 0);
  return staged.length === 0 ? undefined : Object.fromEntries(staged.map(({ id, stages }) => [id, [...stages]]));
}
