/** Reads a property of something without a guaranteed type, such as a library's error or foreign JSON. */
export function property(thing: unknown, name: string | symbol): unknown {
  if (typeof thing !== 'object' || thing === null) return undefined;
  const value: unknown = Reflect.get(thing, name);
  return value;
}
