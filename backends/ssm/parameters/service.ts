import type { SSM } from '@aws-sdk/client-ssm';
import type { Service } from '@kici-dev/secret-backend-aws/access';

/** A signed-in client whose failures use the contract's codes. */
export type ParameterService = Service<SSM>;
