import { BackendError, type CallContext } from '@kici-dev/secret-backend';
import type { AwsConfig } from '../config.ts';
import { errorOf, isException } from '../service/service-error.ts';
import type { Service } from '../service/service.ts';
import { requireAnswer } from './answers.ts';
import { describe, versionAt, type Description } from './describe.ts';
import { create, requireSize, update, type NewVersion } from './put.ts';

/**
 * Protects a new version until it is current, since one without a stage may be removed. Each write has its own, so that
 * none takes another's.
 */
const stageFor = ({ token }: NewVersion): string => `${stagePrefix}${token}`;
const stagePrefix = 'KICI_WRITE_';
/** A secret has at most 20 stages (AWS quotas); leftovers of killed writers are swept before that. */
const maxLeftovers = 8;

/**
 * Check-and-set. PutSecretValue has none, but UpdateSecretVersionStage does: it moves AWSCURRENT only away from the
 * version that the caller names (API reference, `RemoveFromVersionId`). So the value is put under its own stage, then
 * AWSCURRENT is moved to it.
 * @param expected the version that must be current; `null`: there must be no value
 * @throws BackendError `conflict`
 */
export async function putIfCurrent(
  service: Service,
  config: AwsConfig,
  version: NewVersion,
  expected: string | null,
  context: CallContext,
): Promise<void> {
  requireSize(version.value);
  const before = await describe(service, { name: version.name }, context);
  if (before?.scheduledForDeletion === true) throw errorOf({ status: 'unknown', code: 'scheduled_for_deletion' });
  const current = before === undefined ? undefined : versionAt(before, 'AWSCURRENT');
  if (current === version.token) return;
  if ((current ?? null) !== expected) throw conflict();
  if (before === undefined) {
    if ((await create(service, config, version, context)) === 'exists' && !(await isCurrent(service, version, context)))
      throw conflict();
    return;
  }
  await sweep(service, version.name, before, context);
  const stages = await update(service, version, context, [stageFor(version)]);
  if (stages === 'missing') throw conflict();
  try {
    // A secret's first version becomes current automatically.
    if (!stages.includes('AWSCURRENT')) await makeCurrent(service, version, expected, context);
  } finally {
    await dropStage(service, version.name, stageFor(version), version.token, context);
  }
}

async function makeCurrent(
  service: Service,
  version: NewVersion,
  expected: string | null,
  context: CallContext,
): Promise<void> {
  try {
    const answer = await service.call(context, 'UpdateSecretVersionStage', (client, options) =>
      client.updateSecretVersionStage(
        {
          SecretId: version.name,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: version.token,
          ...(expected !== null && { RemoveFromVersionId: expected }),
        },
        options,
      ),
    );
    requireAnswer('UpdateSecretVersionStage', answer, { name: version.name });
  } catch (error) {
    if (!isException(error, 'InvalidParameterException', 'InvalidRequestException', 'ResourceNotFoundException'))
      throw error;
    // An earlier try of this same write may have got that far.
    if (!(await isCurrent(service, version, context))) throw conflict();
  }
}

async function isCurrent(service: Service, { name, token }: NewVersion, context: CallContext): Promise<boolean> {
  const now = await describe(service, { name }, context);
  return now !== undefined && versionAt(now, 'AWSCURRENT') === token;
}

async function sweep(service: Service, name: string, { stages }: Description, context: CallContext): Promise<void> {
  const leftovers = [...stages].flatMap(([version, names]) =>
    names.filter((stage) => stage.startsWith(stagePrefix)).map((stage) => ({ stage, version })),
  );
  if (leftovers.length < maxLeftovers) return;
  for (const { stage, version } of leftovers) await dropStage(service, name, stage, version, context);
}

/** A leftover stage only keeps its version, which does no harm, so failures are ignored. */
async function dropStage(
  service: Service,
  name: string,
  stage: string,
  version: string,
  context: CallContext,
): Promise<void> {
  await service
    .call(context, 'UpdateSecretVersionStage', (client, options) =>
      client.updateSecretVersionStage({ SecretId: name, VersionStage: stage, RemoveFromVersionId: version }, options),
    )
    .catch(() => undefined);
}

function conflict(): BackendError {
  return new BackendError('conflict', { detail: 'the current version is not the expected one' });
}
