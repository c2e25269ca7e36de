export const maxNameLength = 512;

/** Characters and length of a name (API reference, CreateSecret, `Name`). */
export function isSecretName(text: string): boolean {
  return text.length <= maxNameLength && /^[A-Za-z0-9/_+=.@-]+$/.test(text);
}

export interface SecretArn {
  readonly region: string;
  readonly account: string;
  readonly name: string;
}

/** @returns undefined for anything but `arn:…:secret:NAME-AbCdEf` */
export function parseArn(text: string): SecretArn | undefined {
  const [, region, account, name] =
    /^arn:[^:]*:secretsmanager:([^:]*):([^:]*):secret:(.+)-[A-Za-z0-9]{6}$/.exec(text) ?? [];
  return region === undefined || account === undefined || name === undefined ? undefined : { region, account, name };
}

/** The name in an ARN; a plain name is returned as it is. */
export function nameOf(nameOrArn: string): string {
  return parseArn(nameOrArn)?.name ?? nameOrArn;
}
