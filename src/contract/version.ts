/** Increases when backends written for the previous contract no longer fit. */
export const contractVersion = 1;

/**
 * Whether a definition is for another version of the contract.
 * @returns both versions, in words that follow the definition's name; `undefined` if it fits
 */
export function contractMismatch(definition: { readonly contract?: unknown }): string | undefined {
  const { contract = 1 } = definition;
  if (contract === contractVersion) return undefined;
  const stated = typeof contract === 'number' ? `version ${contract}` : 'no known version';
  return `is written for ${stated} of the backend contract, and this program has version ${contractVersion}`;
}
