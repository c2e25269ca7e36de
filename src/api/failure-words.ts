/** Re-exported, since clients know the contract only through this room. */
export { failureCodes, failureReasons, hintOf, meaningOf, type Failure } from '@kici-dev/secret-backend';
