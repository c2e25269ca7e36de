import { Refusal } from '../../../aws/test/fake/refusal.ts';

export interface Version {
  readonly value: string;
  readonly version: number;
  readonly modified: number;
  readonly labels: Set<string>;
}

export interface Parameter {
  readonly name: string;
  readonly type: string;
  tier: string;
  /** Oldest first. */
  readonly versions: Version[];
}

const versionLimit = 100;

export class ParameterStore {
  readonly parameters = new Map<string, Parameter>();
  readonly hidden = new Set<string>();
  readonly denied = new Set<string>();
  /** Names whose key is disabled. */
  readonly undecryptable = new Set<string>();
  /** Names that GetParameters leaves out of its answer. */
  readonly leaveOut = new Set<string>();
  /** What a label that the parameter does not have is called: the emulators say `ParameterNotFound`. */
  missingLabel: 'ParameterNotFound' | 'ParameterVersionNotFound' = 'ParameterVersionNotFound';

  find(name: string): Parameter {
    const parameter = this.parameters.get(name);
    if (parameter === undefined) throw new Refusal('ParameterNotFound', `Parameter ${name} not found.`);
    return parameter;
  }

  put(name: string, value: string, { type = 'SecureString', overwrite = true, tier = 'Standard' } = {}): number {
    if (/^\/aws[^/]*\//i.test(name))
      throw new Refusal('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
    if (/^\/?(?:aws|ssm)/i.test(name) || !/^(?:\/?[A-Za-z0-9_.-]+)+$/.test(name))
      throw new Refusal('ValidationException', 'Parameter name: is not valid.');
    if (name.split('/').length - 1 > 15) throw new Refusal('HierarchyLevelLimitExceededException', 'Too many levels.');
    if (value === '' || /^\{\{.*\}\}$/s.test(value))
      throw new Refusal('ValidationException', 'Parameter value is not valid.');
    if (Buffer.byteLength(value) > (tier === 'Standard' ? 4096 : 8192))
      throw new Refusal(
        'ValidationException',
        'Standard tier parameters support a maximum parameter value of 4096 characters.',
      );
    const known = this.parameters.get(name);
    if (known !== undefined && !overwrite) throw new Refusal('ParameterAlreadyExists', 'The parameter already exists.');
    if (known !== undefined && known.type !== type)
      throw new Refusal('HierarchyTypeMismatchException', 'The parameter type cannot be changed.');
    if (known?.tier === 'Advanced' && tier === 'Standard')
      throw new Refusal('ValidationException', 'You can not downgrade a parameter from the advanced tier.');
    const parameter = known ?? { name, type, tier, versions: [] };
    if (parameter.versions.length === versionLimit) {
      if ((parameter.versions[0]?.labels.size ?? 0) > 0)
        throw new Refusal('ParameterMaxVersionLimitExceeded', 'The oldest version has a label.');
      parameter.versions.shift();
    }
    const version = (parameter.versions.at(-1)?.version ?? 0) + 1;
    parameter.versions.push({ value, version, modified: Date.now() / 1000, labels: new Set() });
    parameter.tier = tier;
    this.parameters.set(name, parameter);
    return version;
  }

  /** @param wire `name`, `name:version` or `name:label` */
  select(wire: string): { readonly parameter: Parameter; readonly version: Version; readonly selector?: string } {
    const [name = '', selector] = wire.split(':');
    const parameter = this.find(name);
    const version = parameter.versions.findLast(
      ({ version: number, labels }) => selector === undefined || `${number}` === selector || labels.has(selector),
    );
    if (version === undefined) {
      const code = /^[0-9]/.test(selector ?? '') ? 'ParameterVersionNotFound' : this.missingLabel;
      throw new Refusal(code, `Could not find version ${selector}.`);
    }
    return { parameter, version, ...(selector !== undefined && { selector: `:${selector}` }) };
  }
}
