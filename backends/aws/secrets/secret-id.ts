import type { SharedSecrets } from '../shared-secrets.ts';
import { nameOf } from './secret-name.ts';

/**
 * A secret of the own account goes by its name, never by its ARN: a name that ends in "-" and six characters would
 * match another secret's partial ARN. A secret shared by another account goes by its full ARN.
 */
export interface SecretId {
  readonly name: string;
  readonly arn?: string;
  /** A version id, or one of the service's stages such as `AWSPREVIOUS`; default: the current version. */
  readonly version?: string;
}

export function secretId(shared: SharedSecrets, name: string, version?: string): SecretId {
  const arn = shared.get(name);
  return { name, ...(arn !== undefined && { arn }), ...(version !== undefined && { version }) };
}

export function wireId({ name, arn }: SecretId): string {
  return arn ?? name;
}

/** Whether an answer concerns the requested secret. A requested ARN must come back unchanged. */
export function isAbout(
  answer: { readonly Name?: string | undefined; readonly ARN?: string | undefined },
  { name, arn }: SecretId,
): boolean {
  if (answer.Name !== name) return false;
  return arn === undefined ? answer.ARN === undefined || nameOf(answer.ARN) === name : answer.ARN === arn;
}

export function idKey({ name, version }: SecretId): string {
  return version === undefined ? name : `${name} ${version}`;
}

/** Stages that Secrets Manager itself moves (API reference, GetSecretValue). Anything else is a version id. */
export function isStage(version: string): boolean {
  return version === 'AWSCURRENT' || version === 'AWSPREVIOUS' || version === 'AWSPENDING';
}
