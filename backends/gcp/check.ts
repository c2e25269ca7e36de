import { BackendError, type CallContext } from '@kici-dev/secret-backend';
import type { Layout } from './layouts/layout.ts';
import type { Service } from './service/service.ts';
import { accessVersion } from './versions/access.ts';
import { valueOf } from './versions/add.ts';
import { listSecretIds } from './versions/secret-ids.ts';

const accessPermission = 'secretmanager.versions.access';

/**
 * Signs in, lists, and finds out whether values may be read, without reading one.
 * @returns which service answered
 */
export async function check(service: Service, layout: Layout, prefix: string, context: CallContext): Promise<string> {
  let one: string | undefined;
  for await (const ids of listSecretIds(service, context)) {
    one = ids.find((id) => layout.holds(id));
    break;
  }
  await (one === undefined
    ? probeAccess(service, `${prefix}kici-access-probe`, context)
    : requireAccess(service, one, context));
  return `Secret Manager (${service.resources.parent})`;
}

async function requireAccess(service: Service, id: string, context: CallContext): Promise<void> {
  const resource = service.resources.secret(id);
  const permissions = [accessPermission];
  const { permissions: held } = valueOf(
    await service.call('TestIamPermissions', context, (client, options) =>
      client.testIamPermissions({ resource, permissions }, options),
    ),
  );
  if (held?.includes(accessPermission) !== true)
    throw new BackendError('permission_denied', {
      reason: 'read_refused',
      detail: `the credentials may list secrets but not read them; they lack ${accessPermission}`,
    });
}

/** For a list without secrets of ours: with permission to read, the answer is "not found"; without it, a refusal. */
async function probeAccess(service: Service, id: string, context: CallContext): Promise<void> {
  const outcome = await accessVersion(service, id, '1', context);
  if (outcome.status === 'unknown') throw new BackendError(outcome.code, outcome);
}
