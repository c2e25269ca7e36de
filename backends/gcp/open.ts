import {
  parseScopePath,
  wrongSetting,
  type BackendHost,
  type SecretBackend,
  type Settings,
} from '@kici-dev/secret-backend';
import { chooseSignIn } from './auth/choose.ts';
import { createBackend } from './backend.ts';
import { createObjectPerScope } from './layouts/object-per-scope.ts';
import type { Layout } from './layouts/layout.ts';
import { createSecretPerKey } from './layouts/secret-per-key.ts';
import { escapedKeys, escapedScopes, flatKeys, flatScopes } from './names/naming.ts';
import { createResources } from './names/resource.ts';
import { createConnection } from './service/connection.ts';
import { parseEndpoint, publicEndpoint, type Endpoint } from './service/endpoint.ts';
import { createSafeFetch } from './service/fetch.ts';
import { createLimiter } from './service/limiter.ts';
import { createService, type Service } from './service/service.ts';
import { textOf } from './settings.ts';
import { validate } from './validate.ts';

/**
 * An instance by its settings; connects with the first call.
 * @throws BackendError `misconfigured`
 */
export function openBackend(settings: Settings, host: BackendHost): SecretBackend {
  const [problem] = validate(settings);
  if (problem !== undefined) throw wrongSetting(problem.field, `${problem.field}: ${problem.problem}; ${problem.hint}`);
  const concurrency = typeof settings['concurrency'] === 'number' ? settings['concurrency'] : 32;
  const safeFetch = createSafeFetch(host, concurrency);
  const { signIn, identity } = chooseSignIn(settings, host, safeFetch);
  const resources = createResources(textOf(settings, 'project') ?? '', textOf(settings, 'location'));
  const transport = settings['transport'] === 'rest' ? 'rest' : 'grpc';
  const connection = createConnection({ endpoint: endpointOf(settings), transport, host, safeFetch });
  const service = createService({
    resources,
    host,
    signIn,
    connection,
    limiter: createLimiter(concurrency),
    close: () => safeFetch.close(),
  });
  return createBackend(service, layoutOf(settings, service, host), textOf(settings, 'prefix') ?? '', identity);
}

function endpointOf(settings: Settings): Endpoint {
  const given = textOf(settings, 'endpoint');
  if (given === undefined) return publicEndpoint(textOf(settings, 'location'));
  const parsed = parseEndpoint(given);
  if (!parsed.ok) throw wrongSetting('endpoint', `endpoint: ${parsed.reason}`);
  return parsed.endpoint;
}

function layoutOf(settings: Settings, service: Service, host: BackendHost): Layout {
  const prefix = textOf(settings, 'prefix') ?? '';
  const recent = host.recentWrites;
  const isFlat = settings['naming'] === 'flat';
  if (settings['layout'] === 'object-per-scope')
    return createObjectPerScope(service, recent, isFlat ? flatScopes(prefix) : escapedScopes(prefix));
  if (!isFlat) return createSecretPerKey(service, recent, escapedKeys(prefix));
  const scope = parseScopePath(textOf(settings, 'scope') ?? '');
  if (!scope.ok) throw wrongSetting('scope', `scope: ${scope.reason}`);
  return createSecretPerKey(service, recent, flatKeys(prefix, scope.value));
}
