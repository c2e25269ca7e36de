import { parseDuration } from '../duration.ts';
import { UsageError } from '../terminal/command-error.ts';
import type { ConfigurationItem } from './configuration-items.ts';
import type { ServerSettings } from '../../composition/settings.ts';
import type { Configuration, ConfiguredValue } from './configuration.ts';

const longestDrainMs = 3_600_000;

/**
 * The port to listen on.
 * @throws UsageError
 */
export function portOf(port: ConfiguredValue, item: ConfigurationItem): number {
  if (!/^\d{1,5}$/.test(port.value) || Number(port.value) > 65_535)
    throw new UsageError(
      `${JSON.stringify(port.value)} is not a port`,
      `a port is a number from 0 to 65535: correct ${item.flag.split(' ')[0]} or ${item.variable}`,
    );
  return Number(port.value);
}

/**
 * Only the scheme, host and port of each count.
 * @throws UsageError
 */
export function publicUrlsOf({ publicUrl }: Configuration): URL[] {
  return listOf(publicUrl).map((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url !== undefined && ['http:', 'https:'].includes(url.protocol) && url.href === `${url.origin}/`) return url;
    throw new UsageError(
      `${JSON.stringify(text)} is not the URL of a server`,
      'it is one such as https://kici.example.com, without a path: correct --public-url or KICI_PUBLIC_URL',
    );
  });
}

/**
 * @returns `undefined`: plain HTTP
 * @throws UsageError
 */
export function certificateFilesOf({
  tlsCertFile: { value: certFile },
  tlsKeyFile: { value: keyFile },
}: Configuration): ServerSettings['tls'] {
  if (certFile === '' && keyFile === '') return undefined;
  if (certFile !== '' && keyFile !== '') return { certFile, keyFile };
  throw new UsageError(
    'a certificate and its key belong together, and only one of them is given',
    'set both --tls-cert-file and --tls-key-file, or KICI_TLS_CERT_FILE and KICI_TLS_KEY_FILE',
  );
}

/** @throws UsageError */
export function dashboardOf({ dashboard }: Configuration): boolean {
  if (dashboard.value === 'on' || dashboard.value === 'off') return dashboard.value === 'on';
  throw new UsageError(`${JSON.stringify(dashboard.value)} is neither on nor off`, 'correct KICI_DASHBOARD');
}

export function listOf({ value }: ConfiguredValue): string[] {
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** @throws UsageError */
export function durationOf({ value }: ConfiguredValue, item: ConfigurationItem): number {
  const ms = parseDuration(value);
  if (ms === undefined)
    throw new UsageError(
      `${JSON.stringify(value)} is not a duration`,
      `write a number and ms, s, m, h or d, such as 30d: correct ${item.flag.split(' ')[0]} or ${item.variable}`,
    );
  return ms;
}

/**
 * As `durationOf`, but zero is refused.
 * @throws UsageError
 */
export function lastingDurationOf(configured: ConfiguredValue, item: ConfigurationItem): number {
  const ms = durationOf(configured, item);
  if (ms >= 1_000) return ms;
  throw new UsageError(
    `${JSON.stringify(configured.value)} is shorter than a second`,
    `give a longer one, such as ${item.default}: correct ${item.flag.split(' ')[0]} or ${item.variable}`,
  );
}

/**
 * How long to serve on after SIGTERM.
 * @throws UsageError
 */
export function drainDelayOf({ drainDelay }: Configuration, item: ConfigurationItem): number {
  const ms = durationOf(drainDelay, item);
  if (ms <= longestDrainMs) return ms;
  throw new UsageError(
    `${JSON.stringify(drainDelay.value)} is longer than an hour`,
    'no load balancer needs that long: correct --drain-delay or KICI_DRAIN_DELAY',
  );
}

/** @throws UsageError */
export function booleanOf({ value }: ConfiguredValue, item: ConfigurationItem): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw new UsageError(
    `${JSON.stringify(value)} is neither true nor false`,
    `correct ${item.flag.split(' ')[0]} or ${item.variable}`,
  );
}
