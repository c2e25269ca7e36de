import type { Settings } from '@kici-dev/secret-backend';
import { misconfigured, optionalText, readAccess, type AccessConfig } from '@kici-dev/secret-backend-aws/access';
import { valueLimits, type Tier } from './capabilities.ts';

export interface SsmConfig extends AccessConfig {
  /** Empty, or `/` followed by segments joined by `/`. */
  readonly path: string;
  readonly type: 'SecureString' | 'String';
  readonly kmsKeyId: string | undefined;
  readonly tier: Tier;
}

/** @throws BackendError `misconfigured`, naming the setting */
export function readConfig(settings: Settings): SsmConfig {
  const type = optionalText(settings, 'type') ?? 'SecureString';
  if (type !== 'SecureString' && type !== 'String') throw misconfigured('type', 'is not one of the types');
  const tier = optionalText(settings, 'tier') ?? 'Standard';
  if (!isTier(tier)) throw misconfigured('tier', 'is not one of the tiers');
  return {
    ...readAccess(settings, 'ssm'),
    path: optionalText(settings, 'path') ?? '',
    type,
    kmsKeyId: optionalText(settings, 'kmsKeyId'),
    tier,
  };
}

function isTier(text: string): text is Tier {
  return Object.hasOwn(valueLimits, text);
}
