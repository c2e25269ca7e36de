const property = /^ {4}readonly (".*"): unknown;$/;

/** What changed between two texts of `renderTypes`, key by key: removed lines begin with `-`, added ones with `+`. */
export function differenceOf(before: string, after: string): readonly string[] {
  const [old, fresh] = [blocksOf(before), blocksOf(after)];
  const names = [...new Set([...old.keys(), ...fresh.keys()])].toSorted();
  return names.flatMap((name) => {
    const [gone, come] = [old.get(name) ?? [], fresh.get(name) ?? []];
    if (gone.join('\n') === come.join('\n')) return [];
    const kept = new Set(gone.filter((line) => come.includes(line) && property.test(line)));
    return [
      ...gone.filter((line) => !kept.has(line)).map((line) => `-${line}`),
      ...come.filter((line) => !kept.has(line)).map((line) => `+${line}`),
      ...[...kept].map((line) => ` ${line}`),
    ];
  });
}

/** The lines of each key with its comment; all others under the empty name. */
function blocksOf(text: string): ReadonlyMap<string, readonly string[]> {
  const blocks = new Map<string, string[]>([['', []]]);
  let open: string[] = [];
  for (const line of text.split('\n')) {
    const name = property.exec(line)?.[1];
    if (name !== undefined) {
      blocks.set(name, [...open, line]);
      open = [];
    } else if (/^ {4}(?:\/\*\*$| \* - | \*\/$)/.test(line)) open.push(line);
    else blocks.get('')?.push(line);
  }
  return blocks;
}
