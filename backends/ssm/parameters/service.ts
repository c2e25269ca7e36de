import type { SSM } from '@aws-sdk/client-ssm';
import type { Service } from '@kici-dev/secret-backend-aws/access';

/** What the calls of this folder go through: a client that signs in, with failures in the words of the contract. */
export type ParameterService = Service<SSM>;
