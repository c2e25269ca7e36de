import { resolve } from 'node:path';
import type { AuditSinkSettings } from '../../composition/settings.ts';
import { UsageError } from '../terminal/command-error.ts';
import { configurationItems } from './configuration-items.ts';
import type { Configuration } from './configuration.ts';
import { booleanOf, lastingDurationOf } from './configured-values.ts';

const hint =
  'name a file, - for standard output, or an https address without a user (http only to this machine): correct KICI_AUDIT_SINK or --audit-sink';
const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Where checkpoints of the audit log go, and when. Messages quote nothing of an address: it may hold a credential.
 * @throws UsageError
 */
export function auditSinkOf(configuration: Configuration): AuditSinkSettings | undefined {
  const place = configuration.auditSink.value;
  const tokenFile = configuration.auditSinkTokenFile.value;
  const to = place === '' ? undefined : placeOf(place, tokenFile === '' ? undefined : resolve(tokenFile));
  if (tokenFile !== '' && to?.kind !== 'put')
    throw new UsageError(
      'a token for the audit sink is given, but no address to send it to',
      'set KICI_AUDIT_SINK to an https address, or leave KICI_AUDIT_SINK_TOKEN_FILE out',
    );
  const isRequired = booleanOf(configuration.auditSinkRequired, configurationItems.auditSinkRequired);
  const everyMs = lastingDurationOf(configuration.auditCheckpointEvery, configurationItems.auditCheckpointEvery);
  if (to !== undefined) return { to, everyMs, isRequired };
  if (isRequired)
    throw new UsageError('the audit sink is required, but there is none', 'set KICI_AUDIT_SINK or --audit-sink');
  return undefined;
}

function placeOf(place: string, tokenFile: string | undefined): AuditSinkSettings['to'] {
  if (place === '-') return { kind: 'stdout' };
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) return { kind: 'file', path: resolve(place) };
  const url = URL.canParse(place) ? new URL(place) : undefined;
  if (url === undefined) throw new UsageError('the audit sink is not an address', hint);
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw new UsageError('the address of the audit sink holds a user or a "#"', hint);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback.test(url.hostname)))
    throw new UsageError('the audit sink is an address other than https', hint);
  if (!url.pathname.endsWith('/'))
    throw new UsageError(
      'the path of the address of the audit sink does not end with "/"',
      'each document gets a name of its own below the address, as one that is replaced would lose those before it: add "/"',
    );
  return { kind: 'put', url, tokenFile };
}
