import { BackendError, type CallContext } from '@kici-dev/secret-backend';
import { isException } from '@kici-dev/secret-backend-aws/access';
import type { ParameterService } from './service.ts';

/**
 * Exercises the rights that jobs need, on a name that need not exist: GetParameters and GetParameter are two rights,
 * and both are checked before the service looks for the parameter.
 */
export async function check(service: ParameterService, path: string, context: CallContext): Promise<void> {
  const Name = `${path}/__kici/check`;
  const listed = await service.call(context, 'DescribeParameters', (client, options) =>
    client.describeParameters({ MaxResults: 1 }, options),
  );
  const batch = await service.call(context, 'GetParameters', (client, options) =>
    client.getParameters({ Names: [Name], WithDecryption: true }, options),
  );
  if (listed.Parameters === undefined || (batch.Parameters ?? batch.InvalidParameters) === undefined)
    throw new BackendError('bad_answer', { detail: 'an answer of the service has no list' });
  try {
    await service.call(context, 'GetParameter', (client, options) => client.getParameter({ Name }, options));
  } catch (error) {
    if (!isException(error, 'ParameterNotFound')) throw error;
  }
}
