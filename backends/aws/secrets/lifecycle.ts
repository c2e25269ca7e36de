import type { SecretVersionsListEntry } from '@aws-sdk/client-secrets-manager';
import type { CallContext, DeleteReceipt, VersionInfo } from '@kici-dev/secret-backend';
import { errorOf, isException } from '../service/service-error.ts';
import type { Service } from '../service/service.ts';
import { explained, requireAnswer } from './answers.ts';
import { describe, lost } from './describe.ts';
import { pagesOf } from '../service/pages.ts';
import { wireId, type SecretId } from './secret-id.ts';

/** Starts the deletion window; the service removes the secret when it ends. */
export async function scheduleDeletion(
  service: Service,
  name: string,
  days: number,
  context: CallContext,
): Promise<DeleteReceipt> {
  try {
    const answer = await service.call(context, 'DeleteSecret', (client, options) =>
      client.deleteSecret({ SecretId: name, RecoveryWindowInDays: days }, options),
    );
    requireAnswer('DeleteSecret', answer, { name });
    return { existed: true };
  } catch (error) {
    if (isException(error, 'ResourceNotFoundException')) return { existed: false };
    if (
      isException(error, 'InvalidRequestException') &&
      (await describe(service, { name }, context))?.scheduledForDeletion === true
    )
      return { existed: false };
    throw await explained(service, { name }, error, context);
  }
}

/** Cancels the deletion. */
export async function bringBack(service: Service, name: string, context: CallContext): Promise<void> {
  const answer = await service.call(context, 'RestoreSecret', (client, options) =>
    client.restoreSecret({ SecretId: name }, options),
  );
  requireAnswer('RestoreSecret', answer, { name });
}

/**
 * Newest first, including versions without a stage, which the service keeps for a while. Empty if there is no such
 * secret.
 */
export async function listVersions(
  service: Service,
  id: SecretId,
  context: CallContext,
): Promise<readonly VersionInfo[]> {
  const ask = (next: { NextToken?: string }) =>
    service.call(context, 'ListSecretVersionIds', (client, options) =>
      client.listSecretVersionIds({ SecretId: wireId(id), IncludeDeprecated: true, MaxResults: 100, ...next }, options),
    );
  const entries: SecretVersionsListEntry[] = [];
  try {
    for await (const answer of pagesOf('ListSecretVersionIds', ask)) {
      requireAnswer('ListSecretVersionIds', answer, id);
      entries.push(...(answer.Versions ?? []));
    }
  } catch (error) {
    if (!isException(error, 'ResourceNotFoundException')) throw await explained(service, id, error, context);
    if (id.arn !== undefined) throw errorOf(lost(id.arn));
    return [];
  }
  return entries
    .flatMap(datedVersion)
    .toSorted(newestFirst)
    .map(({ info }) => info);
}

interface DatedVersion {
  readonly info: VersionInfo;
  /** Milliseconds since the Unix epoch. */
  readonly created: number;
}

function datedVersion({
  VersionId: version,
  VersionStages: stages = [],
  CreatedDate: created,
}: SecretVersionsListEntry): readonly DatedVersion[] {
  if (version === undefined) return [];
  const info = {
    version,
    current: stages.includes('AWSCURRENT'),
    readable: true,
    ...(created !== undefined && { createdAt: created.toISOString() }),
  };
  return [{ info, created: created?.getTime() ?? 0 }];
}

function newestFirst(left: DatedVersion, right: DatedVersion): number {
  return right.created - left.created || Number(right.info.current) - Number(left.info.current);
}
