/** Shared with adapters for other AWS services: settings, signing in, single requests, and what errors mean. */
export { requireAmbient } from './service/ambient.ts';
export { misconfigured, optionalText, readAccess, type AccessConfig } from './service/access-config.ts';
export { regionSetting, signInSettings, validateSignIn } from './service/access-settings.ts';
export { chunks, mapBounded } from './service/bounded.ts';
export { pagesOf } from './service/pages.ts';
export { AwsError, errorOf, isException } from './service/service-error.ts';
export { createService, type Service } from './service/service.ts';
export { failureOf } from './secrets/stored.ts';
