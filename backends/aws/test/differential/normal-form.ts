/**
 * An answer without what differs between runs: ARNs, dates, page tokens and server-made versions are only present or
 * absent, unordered lists are sorted, and what no adapter may rely on is left out.
 */
export function normalForm(value: unknown, key = ''): unknown {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date) return 'a date';
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => normalForm(item, key));
    return unordered.has(key) ? items.map((item) => JSON.stringify(item)).toSorted() : items;
  }
  if (typeof value === 'object') return ofObject(value, key);
  if (key === 'ARN') return 'an ARN';
  if (key === 'NextToken') return value === '' ? undefined : 'a token';
  return key === 'VersionId' && typeof value === 'string' ? version(value) : value;
}

function ofObject(value: object, key: string): unknown {
  if (key.endsWith('ToStages'))
    return Object.entries(value)
      .map(([id, stages]) => `${version(id)} ${JSON.stringify(normalForm(stages, 'VersionStages'))}`)
      .toSorted();
  const members = Object.entries(value)
    .filter(([name]) => !ignored.has(name))
    .map(([name, member]) => [name, normalForm(member, name)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
}

function version(id: string): string {
  return id.startsWith('0000000') ? id : 'a version';
}

const unordered = new Set(['VersionStages', 'Versions']);
const ignored = new Set([
  '$metadata',
  'Message',
  'CreatedDate',
  'LastChangedDate',
  'LastAccessedDate',
  'KmsKeyId',
  'KmsKeyIds',
  'Tags',
  'RotationEnabled',
  'RotationRules',
  'Description',
  'ReplicationStatus',
  'PrimaryRegion',
  'OwningService',
]);
