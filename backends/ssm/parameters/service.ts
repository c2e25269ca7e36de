import type { SSM } from '@aws-sdk/client-ssm';
import type { Service } from '@kici-dev/secret-backend-aws/access';

export type ParameterService = Service<SSM>;
