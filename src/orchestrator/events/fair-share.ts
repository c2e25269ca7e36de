interface Sharer {
  readonly organization: string;
  readonly tokenId: string;
}

/**
 * Who has to go when one more wants to come: the longest there of whoever has most, first among organizations and then
 * among the tokens of one.
 * @param present the longest there first
 * @returns `undefined` if the newcomer would have no less than anybody else
 */
export function oneTooMany<Reader extends Sharer>(present: readonly Reader[], newcomer: Sharer): Reader | undefined {
  const ofOrganization = largest(present, ({ organization }) => organization);
  const own = present.filter(({ organization }) => organization === newcomer.organization);
  if (ofOrganization.length > own.length + 1) return largest(ofOrganization, ({ tokenId }) => tokenId)[0];
  const ofToken = largest(own, ({ tokenId }) => tokenId);
  const mine = own.filter(({ tokenId }) => tokenId === newcomer.tokenId);
  return ofToken.length > mine.length + 1 ? ofToken[0] : undefined;
}

function largest<Reader>(readers: readonly Reader[], by: (reader: Reader) => string): readonly Reader[] {
  return [...Map.groupBy(readers, by).values()].reduce(
    (most, group) => (group.length > most.length ? group : most),
    [],
  );
}
