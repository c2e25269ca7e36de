import { BackendError, type CallContext, type SecretValue, type WriteReceipt } from '@kici-dev/secret-backend';
import { isException } from '@kici-dev/secret-backend-aws/access';
import { valueLimits } from '../capabilities.ts';
import type { SsmConfig } from '../config.ts';
import type { ParameterService } from './service.ts';

/** Creates the parameter, or adds a version to it. */
export async function put(
  service: ParameterService,
  { type, tier, kmsKeyId }: SsmConfig,
  name: string,
  value: SecretValue,
  context: CallContext,
): Promise<WriteReceipt> {
  const Value = textOf(value, valueLimits[tier]);
  try {
    const { Version } = await service.call(context, 'PutParameter', (client, options) =>
      client.putParameter(
        {
          Name: name,
          Value,
          Type: type,
          Tier: tier,
          Overwrite: true,
          ...(kmsKeyId !== undefined && { KeyId: kmsKeyId }),
        },
        options,
      ),
    );
    if (Version === undefined)
      throw new BackendError('bad_answer', { detail: 'PutParameter: the answer has no version' });
    return { version: `${Version}` };
  } catch (error) {
    throw explained(error, type);
  }
}

function textOf(value: SecretValue, limit: number): string {
  const text = value.text();
  if (text === undefined)
    throw new BackendError('unsupported', { detail: 'a parameter holds text, and the value is not UTF-8' });
  if (text === '') throw new BackendError('invalid_argument', { detail: 'a parameter holds at least one character' });
  if (value.byteLength > limit)
    throw new BackendError('too_large', {
      detail: `the value has ${value.byteLength} bytes, and a parameter of the tier that is set takes ${limit}`,
    });
  return text;
}

/** Explains the refusals that a person can do something about. */
function explained(error: unknown, type: SsmConfig['type']): unknown {
  if (isException(error, 'HierarchyTypeMismatchException'))
    return new BackendError('invalid_argument', {
      detail: `the parameter is of another type than ${type}, and a type cannot be changed: delete it and set it again, or change the setting type`,
    });
  if (isException(error, 'ParameterMaxVersionLimitExceeded'))
    return new BackendError('invalid_argument', {
      detail: 'the parameter has 100 versions, and the oldest has a label: move the label to a newer one',
    });
  if (isException(error, 'ValidationException'))
    return new BackendError('invalid_argument', {
      detail:
        'PutParameter: ValidationException; a value may not be wrapped in "{{" and "}}", a name not begin with "aws" or "ssm", and an advanced parameter not become a standard one',
    });
  return error;
}
