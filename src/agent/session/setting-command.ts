/**
 * The command that sets a missing secret.
 * @param scope from the orchestrator; `undefined`: it knows none
 */
export function settingCommand(key: string, scope: string | undefined): string | undefined {
  return scope === undefined ? undefined : `kici-admin secret set --scope ${scope} ${key}`;
}
