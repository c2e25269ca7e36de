import { quote, type Parsed } from '@kici-dev/secret-backend';
import { hostnameOf, isLoopback } from '../service/endpoint.ts';

/**
 * Google's token services, including regional ones. Source: "Validate credential configurations from external sources".
 */
const googleHosts = /^(?:oauth2|sts|iamcredentials|www)(?:\.[a-z0-9-]+(?:\.rep)?)?\.googleapis\.com$/;

export type HostRule = (url: URL) => boolean;

/**
 * Where credentials may be sent: to Google's own hosts, and to those that the settings name.
 * @param setting hosts, with or without a port, separated by commas
 */
export function allowedHosts(setting: string | undefined): HostRule {
  const named = new Set(
    (setting ?? '')
      .split(',')
      .map((host) => host.trim())
      .filter((host) => host !== ''),
  );
  return (url) =>
    (googleHosts.test(url.hostname) && url.port === '') || named.has(url.host) || named.has(hostnameOf(url));
}

/**
 * An address from credentials. Such JSON comes from others and decides where a token is sent, so it may only name
 * Google and what the operator allows.
 */
export function parseCredentialUrl(field: string, value: unknown, isAllowed: HostRule): Parsed<URL> {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '')
    return { ok: false, reason: `${field} is not a URL` };
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(hostnameOf(url))))
    return { ok: false, reason: `${field} is not https` };
  return isAllowed(url)
    ? { ok: true, value: url }
    : {
        ok: false,
        reason: `${field} names the host ${quote(url.host)}, which is neither Google's nor in auth.allowedHosts`,
      };
}
