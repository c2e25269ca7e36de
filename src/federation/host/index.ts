export type { AgedNames, HostedBackend, HostHealth } from './hosted-backend.ts';
export { openBackend } from './open-backend.ts';
export { defaultHostPolicy, type HostPolicy } from './policy.ts';
