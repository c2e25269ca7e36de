export { createFileReader } from './allowed-file.ts';
export { createAddressGuard, type AddressGuardOptions } from './address-guard.ts';
export type { AgedNames, HostedBackend, HostHealth } from './hosted-backend.ts';
export type { AnswerSource, BackendObserver, CallKind } from './observer.ts';
export { openBackend } from './open-backend.ts';
export type { HostSurroundings } from './create-adapter.ts';
export { defaultHostPolicy, type HostPolicy } from './policy.ts';
export { parseSettings, type ParsedSettings } from './settings/parse-settings.ts';
