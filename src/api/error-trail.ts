/** Re-exported, since clients know the contract only through this room. */
export { errorTrail } from '@kici-dev/secret-backend';
