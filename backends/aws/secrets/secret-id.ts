/** A secret by its name, never by its ARN: a name that ends in "-" and six characters would match another secret's partial ARN. */
export interface SecretId {
  readonly name: string;
  /** A version id, or one of the service's stages such as `AWSPREVIOUS`; left out: the current version. */
  readonly version?: string;
}

export function idKey({ name, version }: SecretId): string {
  return version === undefined ? name : `${name} ${version}`;
}

/** Stages that Secrets Manager moves itself (API reference, GetSecretValue). Anything else is a version id. */
export function isStage(version: string): boolean {
  return version === 'AWSCURRENT' || version === 'AWSPREVIOUS' || version === 'AWSPENDING';
}

export const maxNameLength = 512;

/** What a name may consist of (API reference, CreateSecret, `Name`). */
export function isSecretName(text: string): boolean {
  return text.length <= maxNameLength && /^[A-Za-z0-9/_+=.@-]+$/.test(text);
}

/** The name inside `arn:…:secret:NAME-AbCdEf`, and a name as it is. */
export function nameOf(nameOrArn: string): string {
  return /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:(.+)-[A-Za-z0-9]{6}$/.exec(nameOrArn)?.[1] ?? nameOrArn;
}
