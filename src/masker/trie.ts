/** A tree of patterns in depth-first order: the first child of state s is s + 1. */
export interface Trie {
  /** The byte that leads into a state. */
  readonly label: Uint8Array;
  readonly depth: Int32Array;
  readonly hasChild: Uint8Array;
  /** 0 for none. */
  readonly nextSibling: Int32Array;
  readonly endsPattern: Uint8Array;
}

export function buildTrie(patterns: readonly Uint8Array[]): Trie {
  const sorted = patterns.toSorted((left, right) => Buffer.compare(left, right));
  const states = 1 + sorted.reduce((sum, pattern, index) => sum + pattern.length - sharedPrefix(sorted[index - 1], pattern), 0);
  const trie: Trie = {
    label: new Uint8Array(states), depth: new Int32Array(states), hasChild: new Uint8Array(states),
    nextSibling: new Int32Array(states), endsPattern: new Uint8Array(states),
  };
  /** The states along the pattern before this one, by depth. */
  const path: number[] = [0];
  let count = 1;
  for (const [index, pattern] of sorted.entries()) {
    const shared = sharedPrefix(sorted[index - 1], pattern);
    for (let at = shared; at < pattern.length; at += 1) {
      const state = count;
      count += 1;
      const elder = at === shared ? path[at + 1] : undefined;
      if (elder !== undefined) trie.nextSibling[elder] = state;
      trie.hasChild[path[at] ?? 0] = 1;
      trie.label[state] = pattern[at] ?? 0;
      trie.depth[state] = at + 1;
      path.length = at + 1;
      path.push(state);
    }
    path.length = pattern.length + 1;
    trie.endsPattern[path[pattern.length] ?? 0] = 1;
  }
  return trie;
}

function sharedPrefix(left: Uint8Array | undefined, right: Uint8Array): number {
  if (left === undefined) return 0;
  const end = Math.min(left.length, right.length);
  let at = 0;
  while (at < end && left[at] === right[at]) at += 1;
  return at;
}
