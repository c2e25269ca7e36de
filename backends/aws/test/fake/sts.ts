import { Refusal } from './refusal.ts';

export interface FakeRole {
  /** Access keys that may assume it; default: any. */
  readonly trusts?: readonly string[];
  readonly externalId?: string;
}

/** The Security Token Service, as far as signing in needs it. */
export class FakeSts {
  /** By ARN. */
  readonly roles = new Map<string, FakeRole>();
  /** Web identity tokens that are accepted. */
  readonly identities = new Set<string>();
  /** Issued access keys, each with the role that it stands for. */
  readonly issued = new Map<string, string>();
  lifetimeMs = 3_600_000;

  answer(parameters: URLSearchParams, accessKeyId: string | undefined): string {
    const action = parameters.get('Action') ?? '';
    const role = parameters.get('RoleArn') ?? '';
    const known = this.roles.get(role);
    if (action === 'AssumeRoleWithWebIdentity') {
      if (!this.identities.has(parameters.get('WebIdentityToken') ?? ''))
        throw new Refusal('InvalidIdentityToken', 'The web identity token is not valid.');
      if (known === undefined)
        throw new Refusal('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403);
    } else if (action === 'AssumeRole') {
      const trusted =
        accessKeyId !== undefined &&
        known !== undefined &&
        (known.trusts?.includes(this.issued.get(accessKeyId) ?? accessKeyId) ?? true);
      if (!trusted || (known.externalId ?? null) !== parameters.get('ExternalId'))
        throw new Refusal(
          'AccessDenied',
          `User is not authorized to perform: sts:AssumeRole on resource: ${role}`,
          403,
        );
    } else throw new Refusal('InvalidAction', 'Could not find operation', 400);
    return credentialsXml(action, this.#issue(role), this.lifetimeMs);
  }

  #issue(role: string): string {
    const key = `ASIAFAKE${String(this.issued.size).padStart(8, '0')}`;
    this.issued.set(key, role);
    return key;
  }
}

function credentialsXml(action: string, key: string, lifetimeMs: number): string {
  return (
    `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials><AccessKeyId>${key}</AccessKeyId>` +
    `<SecretAccessKey>secret-of-${key}</SecretAccessKey><SessionToken>session-of-${key}</SessionToken>` +
    `<Expiration>${new Date(Date.now() + lifetimeMs).toISOString()}</Expiration></Credentials></${action}Result></${action}Response>`
  );
}

export function errorXml({ type, message }: Refusal): string {
  return `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${type}</Code><Message>${message}</Message></Error></ErrorResponse>`;
}
