/**
 * What a person runs to set a secret that is missing.
 * @param scope as the orchestrator says; `undefined`: it knows of none
 */
export function settingCommand(key: string, scope: string | undefined): string | undefined {
  return scope === undefined ? undefined : `kici-admin secret set --scope ${scope} ${key}`;
}
