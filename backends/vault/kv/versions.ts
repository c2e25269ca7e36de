import type { CallContext, SecretRef, VersionInfo } from '@kici-dev/secret-backend';
import { failureOf, isNothing } from '../vault-error.ts';
import { isRecord, member, memberCount, memberText } from '../wire/json.ts';
import { pathOf } from './path.ts';
import type { Service } from './service.ts';

/** A field's versions are its path's: each write of any field makes one. */
export async function versions(
  service: Service,
  { scope }: SecretRef,
  context: CallContext,
): Promise<readonly VersionInfo[]> {
  const answer = await service.send({ method: 'GET', path: pathOf(service.config, 2, 'metadata', scope) }, context);
  if (isNothing(answer)) {
    await service.requireVersion(2, context);
    return [];
  }
  const data = member(answer.body, 'data');
  const current = memberCount(data, 'current_version');
  const entries = member(data, 'versions');
  if (answer.status !== 200 || current === undefined || !isRecord(entries)) throw failureOf(answer);
  return Object.entries(entries)
    .map(([version, facts]) => ({
      version,
      ...describe(facts, service.host.now()),
      current: Number(version) === current,
    }))
    .toSorted((left, right) => Number(right.version) - Number(left.version));
}

function describe(facts: unknown, now: number): Pick<VersionInfo, 'createdAt' | 'readable'> {
  const createdAt = memberText(facts, 'created_time');
  const deletion = memberText(facts, 'deletion_time') ?? '';
  // The server sets this time ahead if versions expire; until then they can be read.
  const isDeleted = deletion !== '' && Date.parse(deletion) <= now;
  return {
    readable: member(facts, 'destroyed') !== true && !isDeleted,
    ...(createdAt !== undefined && { createdAt }),
  };
}
