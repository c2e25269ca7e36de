import { BackendError, type SettingsProblem } from '@kici-dev/secret-backend';
import { scopeOf } from './object-per-scope/names.ts';
import { placeOf } from './secret-per-key/names.ts';
import { parseArn } from './secrets/secret-name.ts';

/**
 * Secrets that other accounts share with this identity: full ARNs by name. They hide secrets of the own account with
 * such names: the settings decide what a name means, not who answers.
 */
export type SharedSecrets = ReadonlyMap<string, string>;

interface Place {
  readonly region: string;
  readonly prefix: string;
  readonly layout: string;
}

/** @returns the secrets with valid ARNs, and what is wrong with the others */
export function parseSharedSecrets(
  given: string | undefined,
  place: Place,
): { readonly secrets: SharedSecrets; readonly problems: readonly SettingsProblem[] } {
  const secrets = new Map<string, string>();
  const problems: SettingsProblem[] = [];
  for (const arn of given?.split(' ') ?? []) {
    const name = parseArn(arn)?.name ?? '';
    const refusal = refuse(arn, place) ?? refuseSecond(arn, name, secrets.get(name));
    if (refusal === undefined) secrets.set(name, arn);
    else problems.push({ field: 'sharedSecrets', ...refusal });
  }
  return { secrets, problems };
}

type Refusal = Omit<SettingsProblem, 'field'>;

function refuse(arn: string, { region, prefix, layout }: Place): Refusal | undefined {
  const parsed = parseArn(arn);
  if (parsed === undefined) {
    return {
      problem: `${arn} lacks the "-" and six characters that end a full ARN`,
      hint: 'copy the ARN from `aws secretsmanager describe-secret` in the account that owns the secret',
    };
  }
  if (parsed.region !== region) {
    return {
      problem: `${arn} is in another region than ${region}`,
      hint: `add another backend for ${parsed.region}, or have its owner replicate the secret to ${region}`,
    };
  }
  if (!parsed.name.startsWith(prefix)) {
    return {
      problem: `the name of ${arn} does not begin with the prefix ${prefix}`,
      hint: 'add another backend whose prefix fits, or change the prefix',
    };
  }
  const named = layout === 'object-per-scope' ? scopeOf(prefix, parsed.name) : placeOf(prefix, parsed.name);
  return 'reason' in named
    ? {
        problem: `the name of ${arn} gives no place in the layout ${layout}: ${named.reason}`,
        hint: 'leave it out, or add another backend whose layout or prefix fits',
      }
    : undefined;
}

function refuseSecond(arn: string, name: string, known: string | undefined): Refusal | undefined {
  if (known === undefined) return undefined;
  return known === arn
    ? { problem: `${arn} is listed twice`, hint: 'leave one of them out' }
    : {
        problem: `${known} and ${arn} have the same name ${name}`,
        hint: 'leave one of them out, and add another backend for it if both are needed',
      };
}

/**
 * Only their owner may change shared secrets.
 * @throws BackendError `invalid_argument`
 */
export function requireOwn(shared: SharedSecrets, name: string | undefined): void {
  const arn = name === undefined ? undefined : shared.get(name);
  if (arn === undefined) return;
  throw new BackendError('invalid_argument', {
    detail: `the account ${parseArn(arn)?.account ?? ''} shares this secret, which can only be read here: change ${arn} there, or remove it from the setting sharedSecrets`,
  });
}
