import { inspect } from 'node:util';
import { SecretPropertyAccessError, type StepSecrets } from '@kici-dev/sdk';

/** Names that every object answers to, or is asked for. */
const usual = new Set([...Object.getOwnPropertyNames(Object.prototype), 'then', 'toJSON']);

/** Tells an author who reads a secret as a property what to write instead; shows only names. */
export function guardProperties(methods: StepSecrets, names: readonly string[]): StepSecrets {
  const shown = (): object => ({ secrets: [...names] });
  const target = Object.defineProperties(
    { ...methods },
    {
      toJSON: { value: shown },
      [inspect.custom]: { value: () => `StepSecrets ${inspect(names)}` },
    },
  );
  const refuse = (property: string | symbol): void => {
    if (typeof property === 'string' && !(property in target) && !usual.has(property))
      throw new SecretPropertyAccessError(property);
  };
  return new Proxy(Object.freeze(target), {
    get(object, property, receiver): unknown {
      refuse(property);
      return Reflect.get(object, property, receiver);
    },
    has(object, property) {
      refuse(property);
      return Reflect.has(object, property);
    },
    set(_, property) {
      throw new SecretPropertyAccessError(String(property));
    },
  });
}
