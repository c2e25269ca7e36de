import { absent, unknown, type AbsentOutcome, type CallContext, type UnknownOutcome } from '@kici-dev/secret-backend';
import { errorOf, isReason } from '../service/errors.ts';
import type { Service } from '../service/service.ts';
import type { SecretId } from './secret-id.ts';
import { failureOf } from './stored.ts';

/** What is known of a secret apart from its value; it answers for secrets that are scheduled for deletion too. */
export interface Description {
  readonly scheduledForDeletion: boolean;
  /** Stages by version id; versions without a stage are missing. */
  readonly stages: ReadonlyMap<string, readonly string[]>;
}

/** @returns undefined where the service says that there is no such secret */
export async function describe(service: Service, name: string, context: CallContext): Promise<Description | undefined> {
  try {
    const answer = await service.call(context, 'DescribeSecret', (client, options) => client.describeSecret({ SecretId: name }, options));
    if (answer.Name !== name) throw errorOf(unknown(answer.Name === undefined ? 'bad_answer' : 'ambiguous', 'DescribeSecret answered for another secret'));
    return { scheduledForDeletion: answer.DeletedDate !== undefined, stages: new Map(Object.entries(answer.VersionIdsToStages ?? {})) };
  } catch (error) {
    if (isReason(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}

export function versionAt(description: Description, stage: string): string | undefined {
  return [...description.stages].find(([, stages]) => stages.includes(stage))?.[0];
}

/** Whether a refusal of a read can mean several things. */
export function isUnclear(refusal: string): boolean {
  return refusal === 'ResourceNotFoundException' || refusal === 'InvalidRequestException';
}

/**
 * Why a read was refused with ResourceNotFoundException, which a secret without a value or without that
 * version meets too, or with InvalidRequestException, which says least of all.
 */
export async function explainRefusal(service: Service, { name, version }: SecretId, refusal: string, context: CallContext): Promise<AbsentOutcome | UnknownOutcome> {
  try {
    const description = await describe(service, name, context);
    if (description === undefined) return absent;
    if (description.scheduledForDeletion) return unknown('scheduled_for_deletion');
    if (refusal !== 'ResourceNotFoundException') return unknown('invalid_argument', 'the secret exists, and the service refuses to give it out; another service may manage it');
    if (version !== undefined) return unknown('no_version', 'the secret exists and has no such version');
    return versionAt(description, 'AWSCURRENT') === undefined ? unknown('no_version') : unknown('stale_replica', 'the service says both that there is a current version and that there is none');
  } catch (error) {
    const { code, detail } = failureOf(error);
    return unknown(code, `${detail ?? 'DescribeSecret failed'}; DescribeSecret tells a secret that does not exist from one without this version`);
  }
}
