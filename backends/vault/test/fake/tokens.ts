import { randomUUID } from 'node:crypto';
import { memberText } from '../../wire/json.ts';
import { auth, data, denied, done, refused, type Call, type Reply } from './reply.ts';

export interface Token {
  readonly id: string;
  readonly accessor: string;
  readonly policies: readonly string[];
  readonly namespace: string;
  readonly ttlSeconds: number;
  readonly renewable: boolean;
  readonly type: 'service' | 'batch';
  /** Without the built-in policy, a token may not even look itself up. */
  readonly hasDefaultPolicy: boolean;
  /** Infinite for a token that does not expire. */
  expiresAt: number;
  readonly endsAt: number;
}

export interface TokenOptions {
  readonly policies: readonly string[];
  readonly ttlSeconds?: number;
  readonly maxTtlSeconds?: number;
  readonly renewable?: boolean;
  readonly type?: 'service' | 'batch';
  readonly hasDefaultPolicy?: boolean;
  readonly namespace?: string;
  readonly id?: string;
}

export interface TokenStore {
  create(options: TokenOptions): Token;
  find(id: string | undefined): Token | undefined;
  /** `auth/token/…` for the caller's own token. */
  handle(call: Call, action: string, own: Token): Reply;
  grant(token: Token): Reply;
  readonly live: () => readonly Token[];
}

export function createTokens(now: () => number): TokenStore {
  const tokens = new Map<string, Token>();
  const isLive = ({ expiresAt }: Token): boolean => expiresAt > now();
  const store: TokenStore = {
    create({
      policies,
      ttlSeconds = 0,
      maxTtlSeconds = 0,
      renewable = ttlSeconds > 0,
      type = 'service',
      hasDefaultPolicy = true,
      namespace = '',
      id = `s.${randomUUID()}`,
    }) {
      const after = (seconds: number): number => (seconds === 0 ? Number.POSITIVE_INFINITY : now() + seconds * 1000);
      const token: Token = {
        id,
        accessor: randomUUID(),
        policies,
        namespace,
        ttlSeconds,
        renewable,
        type,
        hasDefaultPolicy,
        expiresAt: after(ttlSeconds),
        endsAt: after(maxTtlSeconds),
      };
      tokens.set(id, token);
      return token;
    },
    find(id) {
      const token = id === undefined ? undefined : tokens.get(id);
      return token !== undefined && isLive(token) ? token : undefined;
    },
    handle(call, action, own) {
      if (action.endsWith('-self') && !own.hasDefaultPolicy) return denied;
      switch (action) {
        case 'lookup-self':
          return data({
            accessor: own.accessor,
            display_name: 'token',
            id: own.id,
            policies: own.policies,
            renewable: own.renewable,
            ttl: leftOf(own),
            type: own.type,
          });
        case 'renew-self':
          own.expiresAt = Math.min(now() + own.ttlSeconds * 1000, own.endsAt);
          return store.grant(own);
        case 'revoke-self':
          tokens.delete(own.id);
          return done;
        case 'accessors':
          return data({ keys: store.live().map(({ accessor }) => accessor) });
        case 'lookup-accessor': {
          const found = store.live().find(({ accessor }) => accessor === memberText(call.body, 'accessor'));
          return found === undefined ? refused(403, 'invalid accessor') : data({ policies: found.policies });
        }
        case 'revoke-accessor':
          for (const { id, accessor } of tokens.values())
            if (accessor === memberText(call.body, 'accessor')) tokens.delete(id);
          return done;
        default:
          return denied;
      }
    },
    grant: (token) =>
      auth({
        client_token: token.id,
        accessor: token.accessor,
        policies: token.policies,
        token_policies: token.policies,
        metadata: null,
        lease_duration: leftOf(token),
        renewable: token.renewable,
        entity_id: '',
        token_type: token.type,
        orphan: true,
      }),
    live: () => [...tokens.values()].filter(isLive),
  };
  const leftOf = ({ expiresAt }: Token): number =>
    expiresAt === Number.POSITIVE_INFINITY ? 0 : Math.max(0, Math.round((expiresAt - now()) / 1000));
  return store;
}
