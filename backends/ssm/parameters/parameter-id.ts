/** A parameter by name, optionally with a version by number or label. */
export interface ParameterId {
  readonly name: string;
  readonly version?: string;
}

/** `Name` of GetParameter. */
export function wireName({ name, version }: ParameterId): string {
  return version === undefined ? name : `${name}:${version}`;
}

/** Numbers of versions, and labels (API reference, LabelParameterVersion). Nothing else selects a version. */
export function isSelector(version: string): boolean {
  return isNumber(version) || /^(?!aws|ssm)[A-Za-z_.-][A-Za-z0-9_.-]{0,99}$/i.test(version);
}

export function isNumber(version: string): boolean {
  return /^[1-9][0-9]{0,14}$/.test(version);
}
