import type { Input } from '../../../aws/test/fake/input.ts';
import { accessDenied, Refusal } from '../../../aws/test/fake/refusal.ts';
import type { Parameter, ParameterStore, Version } from './store.ts';

type Operation = (store: ParameterStore, input: Input, pageLimit: number) => Record<string, unknown>;

export const operations: Readonly<Record<string, Operation>> = {
  PutParameter(store, input) {
    const tier = input.maybeText('Tier') ?? 'Standard';
    const Version = store.put(input.text('Name'), input.text('Value'), {
      type: input.text('Type'),
      overwrite: input.flag('Overwrite'),
      tier,
    });
    return { Version, Tier: tier };
  },
  GetParameter(store, input) {
    const name = input.text('Name');
    requireAccess(store, 'GetParameter', [name]);
    return { Parameter: valueOf(store, name, input.flag('WithDecryption')) };
  },
  GetParameters(store, input) {
    const names = input.maybeTexts('Names') ?? [];
    if (names.length < 1 || names.length > 10) throw new Refusal('ValidationException', '1 to 10 names');
    requireAccess(store, 'GetParameters', names);
    const asked = names.filter((name) => !store.leaveOut.has(name));
    const isThere = (name: string): boolean => {
      try {
        store.select(name);
        return true;
      } catch {
        return false;
      }
    };
    return {
      Parameters: asked
        .filter(isThere)
        .toSorted()
        .map((name) => valueOf(store, name, input.flag('WithDecryption'))),
      InvalidParameters: asked.filter((name) => !isThere(name)),
    };
  },
  DescribeParameters(store, input, pageLimit) {
    const [filter] = input.inputs('ParameterFilters');
    const [path = '/'] = filter?.maybeTexts('Values') ?? [];
    const recursive = filter === undefined || filter.text('Option') === 'Recursive';
    const below = path === '/' ? '/' : `${path}/`;
    const matching = [...store.parameters.values()].filter(
      ({ name }) =>
        !store.hidden.has(name) &&
        // Names without a hierarchy lie at its root.
        (name.startsWith(below) || (below === '/' && !name.includes('/'))) &&
        (recursive || !name.slice(below.length).includes('/')),
    );
    return page(matching, input, pageLimit, (parameter) => {
      const { version, modified } = current(parameter);
      return { Name: parameter.name, Type: parameter.type, Version: version, LastModifiedDate: modified };
    });
  },
  GetParameterHistory(store, input, pageLimit) {
    const name = input.text('Name');
    const { type, versions } = store.find(name);
    return page(versions, input, pageLimit, ({ version, modified, labels }) => ({
      Name: name,
      Type: type,
      Version: version,
      LastModifiedDate: modified,
      Labels: [...labels],
      Value: 'AQICAHciphertext',
    }));
  },
  DeleteParameter(store, input) {
    store.parameters.delete(store.find(input.text('Name')).name);
    return {};
  },
};

function current({ versions }: Parameter): Version {
  const last = versions.at(-1);
  if (last === undefined) throw new Error('a parameter has a version');
  return last;
}

/** Checked before the parameter is looked up, for all names of a request at once. */
function requireAccess(store: ParameterStore, operation: string, names: readonly string[]): void {
  if (names.some((name) => store.denied.has(name.split(':')[0] ?? ''))) throw accessDenied(operation, 'ssm');
}

function valueOf(store: ParameterStore, wire: string, decrypted: boolean): Record<string, unknown> {
  const { parameter, version, selector } = store.select(wire);
  const { name, type } = parameter;
  if (decrypted && store.undecryptable.has(name)) throw new Refusal('InvalidKeyId', 'The key is disabled.');
  return {
    Name: name,
    ARN: `arn:aws:ssm:eu-central-1:111122223333:parameter${name.startsWith('/') ? '' : '/'}${name}`,
    Type: type,
    Value: type === 'SecureString' && !decrypted ? 'AQICAHciphertext' : version.value,
    Version: version.version,
    LastModifiedDate: version.modified,
    DataType: 'text',
    ...(selector !== undefined && { Selector: selector }),
  };
}

function page<T>(all: readonly T[], input: Input, limit: number, show: (item: T) => object): Record<string, unknown> {
  const start = Number(input.maybeText('NextToken') ?? 0);
  const end = start + Math.min(limit, input.maybeNumber('MaxResults') ?? 10);
  return {
    Parameters: all.slice(start, end).map(show),
    ...(end < all.length && { NextToken: String(end) }),
  };
}
