export type { AgedNames, HostedBackend, HostHealth } from './hosted-backend.ts';
export { defaultHostPolicy, type HostPolicy } from './policy.ts';
