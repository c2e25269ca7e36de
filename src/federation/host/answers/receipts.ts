import type { DeleteReceipt, HealthReport, ScopePath, VersionInfo, WriteReceipt } from '@kici-dev/secret-backend';
import { checkScope } from './names.ts';
import { array, badAnswer, boolean, optionalText, record, text } from './shape.ts';

/** Like all of this file, reduces an adapter's answer to what the contract promises, or throws `bad_answer`. */
export function checkWriteReceipt(answer: unknown): WriteReceipt {
  const { version, updatedAt } = record(answer, 'the receipt of a write');
  const time = optionalText(updatedAt, 'the time of a write');
  return { version: text(version, 'the version that was written'), ...(time !== undefined && { updatedAt: time }) };
}

export function checkDeleteReceipt(answer: unknown): DeleteReceipt {
  const receipt = record(answer, 'the receipt of a deletion');
  const until = optionalText(receipt['restorableUntil'], 'how long the secret can be restored');
  return {
    existed: boolean(receipt['existed'], 'whether the secret existed'),
    ...(until !== undefined && { restorableUntil: until }),
  };
}

export function checkVersions(answer: unknown): readonly VersionInfo[] {
  return Array.from(array(answer, 'the list of versions'), (item) => {
    const info = record(item, 'a version');
    const createdAt = optionalText(info['createdAt'], 'the time of a version');
    return {
      version: text(info['version'], 'a version'),
      ...(createdAt !== undefined && { createdAt }),
      current: boolean(info['current'], 'whether a version is current'),
      readable: boolean(info['readable'], 'whether a version is readable'),
    };
  });
}

export function checkScopes(answer: unknown): readonly ScopePath[] {
  return Array.from(array(answer, 'the list of scopes'), checkScope);
}

export function checkCount(answer: unknown): number {
  if (typeof answer !== 'number' || !Number.isSafeInteger(answer) || answer < 0)
    throw badAnswer('the number of removed secrets is not a number');
  return answer;
}

export function checkHealth(answer: unknown): HealthReport {
  const report = record(answer, 'the answer to a check');
  const identity = optionalText(report['identity'], 'the identity');
  const server = optionalText(report['server'], 'the server');
  return { ...(identity !== undefined && { identity }), ...(server !== undefined && { server }) };
}
