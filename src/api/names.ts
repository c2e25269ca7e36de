/** Re-exported, since clients know the contract only through this room. */
export { isReservedScope, nearMatches, parseBackendName, parseKey, parseScopeId } from '@kici-dev/secret-backend';
