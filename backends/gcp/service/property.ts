/** A property of a thing whose type nobody promises, such as an error of a library or JSON from elsewhere. */
export function property(thing: unknown, name: string | symbol): unknown {
  if (typeof thing !== 'object' || thing === null) return undefined;
  const value: unknown = Reflect.get(thing, name);
  return value;
}
