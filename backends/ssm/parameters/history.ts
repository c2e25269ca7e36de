import { BackendError, type CallContext, type VersionInfo } from '@kici-dev/secret-backend';
import { isException, pagesOf } from '@kici-dev/secret-backend-aws/access';
import type { ParameterService } from './service.ts';

/** MaxResults of GetParameterHistory (API model). The service keeps 100 versions. */
const pageSize = 50;

/** Newest first. Empty if there is no such parameter. */
export async function listVersions(
  service: ParameterService,
  name: string,
  context: CallContext,
): Promise<readonly VersionInfo[]> {
  const entries: { version: number; createdAt: Date | undefined }[] = [];
  // Not decrypted, since the values are not needed.
  const ask = (next: { NextToken?: string }) =>
    service.call(context, 'GetParameterHistory', (client, options) =>
      client.getParameterHistory({ Name: name, WithDecryption: false, MaxResults: pageSize, ...next }, options),
    );
  try {
    for await (const { Parameters } of pagesOf('GetParameterHistory', ask)) {
      if (Parameters === undefined)
        throw new BackendError('bad_answer', { detail: 'GetParameterHistory: the answer has no versions' });
      for (const { Name, Version, LastModifiedDate } of Parameters) {
        if (Name !== name || Version === undefined)
          throw new BackendError('bad_answer', { detail: 'GetParameterHistory: an entry is not about the parameter' });
        entries.push({ version: Version, createdAt: LastModifiedDate });
      }
    }
  } catch (error) {
    if (isException(error, 'ParameterNotFound')) return [];
    throw error;
  }
  return entries
    .toSorted((left, right) => right.version - left.version)
    .map(({ version, createdAt }, index) => ({
      version: `${version}`,
      current: index === 0,
      readable: true,
      ...(createdAt !== undefined && { createdAt: createdAt.toISOString() }),
    }));
}
