import {
  absent,
  unknown,
  whyOf,
  wrongSetting,
  type AbsentOutcome,
  type CallContext,
  type UnknownOutcome,
} from '@kici-dev/secret-backend';
import { errorOf, isException } from '../service/service-error.ts';
import type { Service } from '../service/service.ts';
import { isAbout, wireId, type SecretId } from './secret-id.ts';
import { failureOf } from './stored.ts';

/** What is known about a secret apart from its value, even if it is scheduled for deletion. */
export interface Description {
  readonly scheduledForDeletion: boolean;
  /** Stages by version id; versions without a stage are absent. */
  readonly stages: ReadonlyMap<string, readonly string[]>;
  /** RFC 3339. */
  readonly updatedAt: string | undefined;
  /**
   * Encrypted with the account's `aws/secretsmanager`: the service then names no key (API reference, DescribeSecret).
   */
  readonly underDefaultKey: boolean;
}

/**
 * What DescribeSecret reports about a secret.
 * @returns undefined if the service says that there is no such secret
 */
export async function describe(service: Service, id: SecretId, context: CallContext): Promise<Description | undefined> {
  try {
    const answer = await service.call(context, 'DescribeSecret', (client, options) =>
      client.describeSecret({ SecretId: wireId(id) }, options),
    );
    if (!isAbout(answer, id))
      throw errorOf(
        unknown(answer.Name === undefined ? 'bad_answer' : 'ambiguous', 'DescribeSecret answered for another secret'),
      );
    return {
      scheduledForDeletion: answer.DeletedDate !== undefined,
      stages: new Map(Object.entries(answer.VersionIdsToStages ?? {})),
      updatedAt: answer.LastChangedDate?.toISOString(),
      underDefaultKey: answer.KmsKeyId === undefined,
    };
  } catch (error) {
    if (isException(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}

export function versionAt(description: Description, stage: string): string | undefined {
  return [...description.stages].find(([, stages]) => stages.includes(stage))?.[0];
}

/** Whether a refused read can mean several things. */
export function isUnclear(refusal: string): boolean {
  return refusal === 'ResourceNotFoundException' || refusal === 'InvalidRequestException';
}

/**
 * Finds out why a read was refused with ResourceNotFoundException, which a secret without a value or without that
 * version gets too, or with InvalidRequestException, which says least of all.
 */
export async function explainRefusal(
  service: Service,
  id: SecretId,
  refusal: string,
  context: CallContext,
): Promise<AbsentOutcome | UnknownOutcome> {
  try {
    const description = await describe(service, id, context);
    if (description === undefined) return id.arn === undefined ? absent : lost(id.arn);
    if (description.scheduledForDeletion) return unknown('scheduled_for_deletion');
    if (refusal !== 'ResourceNotFoundException') return whyKept(id, description);
    if (id.version !== undefined) return unknown('no_version', 'the secret exists but has no such version');
    return versionAt(description, 'AWSCURRENT') === undefined
      ? unknown('no_version')
      : unknown('stale_replica', 'the service says both that there is a current version and that there is none');
  } catch (error) {
    const { code, detail, ...why } = failureOf(error);
    return {
      status: 'unknown',
      code,
      ...whyOf(why),
      detail: `${detail ?? 'DescribeSecret failed'}; only DescribeSecret can tell a missing secret from a missing version`,
    };
  }
}

function whyKept({ arn }: SecretId, { underDefaultKey }: Description): UnknownOutcome {
  return arn !== undefined && underDefaultKey
    ? unknown(
        'decryption_failed',
        'the secret is encrypted with the key aws/secretsmanager, which works only in its own account; its owner must encrypt it with a key that can be shared',
      )
    : unknown(
        'invalid_argument',
        'the secret exists, but the service refuses to return it; another service may manage it',
      );
}

/**
 * An ARN without a secret proves nothing about its name: the secret may have been recreated under another ARN, and
 * another account reveals a secret's existence only to those it is shared with.
 */
export function lost(arn: string): UnknownOutcome {
  return wrongSetting(
    'sharedSecrets',
    `the service does not find ${arn}; put its present ARN into the setting sharedSecrets, or remove it`,
  ).toOutcome();
}
