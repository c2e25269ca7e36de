const others = '_other';

/**
 * Lets as many different names through as a label may have, first come, first served; no name can be `_other`.
 * Whoever adds and removes thousands of backends so adds no series.
 */
export function boundedNames(most: number): (name: string) => string {
  const known = new Set<string>();
  return (name) => {
    if (known.has(name)) return name;
    if (known.size >= most) return others;
    known.add(name);
    return name;
  };
}
