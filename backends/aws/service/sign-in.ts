import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { BackendError, whyOf, wrongSetting, type BackendHost, type SecretValue } from '@kici-dev/secret-backend';
import type { AccessConfig, CredentialSource } from './access-config.ts';
import { clientDefaults } from './client-defaults.ts';
import { AwsError, toBackendError } from './service-error.ts';
import { requireAllowed } from './transport.ts';

/** Some files have hundreds of profiles. */
const maxProfilesBytes = 1_048_576;

type Providers = typeof import('@aws-sdk/credential-providers');
type Provider = ReturnType<Providers['fromTemporaryCredentials']>;
type Credentials = Awaited<ReturnType<Provider>>;

/** Credentials for the client, which keeps them until they expire and shares one request among waiting calls. */
export async function createSignIn(
  config: AccessConfig,
  host: BackendHost,
  transport: NodeHttpHandler,
): Promise<Provider> {
  const providers = await import('@aws-sdk/credential-providers');
  const { source, roles, externalId, stsEndpoint } = config.signIn;
  const clientConfig = { ...clientDefaults(config.region, transport), endpoint: stsEndpoint.href };
  const RoleSessionName = `kici-${host.name}`.slice(0, 64);
  const signIn = roles.reduce<Provider>(
    (masterCredentials, RoleArn, index) =>
      providers.fromTemporaryCredentials({
        masterCredentials,
        clientConfig,
        params: {
          RoleArn,
          RoleSessionName,
          ...(externalId !== undefined && index === roles.length - 1 && { ExternalId: externalId }),
        },
      }),
    first(providers, source, host, clientConfig, RoleSessionName),
  );
  return async (properties) => {
    try {
      if (source.method === 'web-identity' || roles.length > 0) await requireAllowed(host, stsEndpoint);
      return await signIn(properties);
    } catch (error) {
      throw signInError(error, host.now());
    }
  };
}

type StsConfig = ReturnType<typeof clientDefaults> & { readonly endpoint: string };

function first(
  providers: Providers,
  source: CredentialSource,
  host: BackendHost,
  clientConfig: StsConfig,
  roleSessionName: string,
): Provider {
  switch (source.method) {
    case 'keys':
      return async () => staticKeys(source);
    case 'web-identity':
      return async (properties) => {
        // Read each time: the issuer replaces the token before it expires.
        const { contents } = await host.readFile('auth.tokenFile', source.tokenFile);
        const webIdentityToken = plain(contents, 'auth.tokenFile').trim();
        return providers.fromWebToken({ webIdentityToken, roleArn: source.role, roleSessionName, clientConfig })(
          properties,
        );
      };
    case 'profile':
      return async (properties) => {
        const filepath =
          source.credentialsFile === undefined
            ? {}
            : {
                filepath: (await host.readFile('auth.credentialsFile', source.credentialsFile, maxProfilesBytes)).path,
              };
        return providers.fromIni({ profile: source.profile, ...filepath, ignoreCache: true, clientConfig })(properties);
      };
    case 'default-chain':
      return providers.fromNodeProviderChain({ clientConfig });
  }
}

function staticKeys({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: Extract<CredentialSource, { method: 'keys' }>): Credentials {
  return {
    accessKeyId,
    secretAccessKey: plain(secretAccessKey, 'auth.secretAccessKey'),
    ...(sessionToken !== undefined && { sessionToken: plain(sessionToken, 'auth.sessionToken') }),
  };
}

function plain(secret: SecretValue, field: string): string {
  const text = secret.text();
  if (text === undefined) throw wrongSetting(field, `the setting ${field} is not text`);
  return text;
}

/** A refusal at sign-in means bad credentials, not that a secret is out of reach. */
function signInError(error: unknown, now: number): BackendError {
  const failure = toBackendError(
    error,
    'signing in',
    { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY },
    now,
  );
  return failure instanceof AwsError && (failure.code === 'permission_denied' || failure.code === 'invalid_argument')
    ? new BackendError('unauthenticated', {
        detail: `${failure.detail}; check the role, its trust policy and the external id`,
      })
    : new BackendError(failure.code, { ...whyOf(failure), detail: failure.detail ?? 'signing in failed' });
}
