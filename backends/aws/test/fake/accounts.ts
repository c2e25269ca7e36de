import { parseArn } from '../../secrets/secret-name.ts';
import { accessDenied } from './refusal.ts';
import { allows } from './resource-policy.ts';
import { SecretStore } from './store.ts';

/** The signer of a request: a user or role of an account. */
export interface Caller {
  readonly account: string;
  readonly arn: string;
}

/**
 * Operations that can reach another account (user guide, "Access AWS Secrets Manager secrets from a different
 * account"), as far as this fake has them.
 */
const crossing = new Set([
  'DeleteSecret',
  'DescribeSecret',
  'GetSecretValue',
  'ListSecretVersionIds',
  'PutResourcePolicy',
  'PutSecretValue',
  'RestoreSecret',
  'UpdateSecretVersionStage',
]);

/** The secrets of every account. */
export class Accounts {
  readonly #stores = new Map<string, SecretStore>();
  readonly #region: string;

  constructor(region: string) {
    this.#region = region;
  }

  of(account: string): SecretStore {
    const store = this.#stores.get(account) ?? new SecretStore(this.#region, account);
    this.#stores.set(account, store);
    return store;
  }

  /**
   * Where a caller finds what an id names: a name in its own account; an ARN in the account it states, if the secret's
   * policy allows it. A missing secret has no policy, so that a denial hides which case it was.
   */
  reach({ account, arn }: Caller, operation: string, id: string): SecretStore {
    const owner = parseArn(id)?.account ?? account;
    const store = this.of(owner);
    if (owner === account) return store;
    const secret = store.lookUp(id);
    if (!crossing.has(operation) || secret?.policy === undefined || !allows(secret.policy, arn, operation))
      throw accessDenied(operation);
    return store;
  }
}
