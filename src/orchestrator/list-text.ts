import { ownTurn } from '@kici-dev/secret-federation';

/** As many as take a few milliseconds. */
const itemsAtOnce = 500;

/**
 * As `JSON.stringify`, but a long list is written in several turns of the event loop.
 * @param shown what is written in the place of some of the items, one for each
 */
export async function listText<T>(
  list: readonly T[],
  shown: (some: readonly T[]) => readonly unknown[] = (some) => some,
): Promise<string> {
  const texts = new Array<string>();
  for (let from = 0; from < list.length; from += itemsAtOnce) {
    // oxlint-disable-next-line no-await-in-loop -- it is work of this thread
    if (from > 0) await ownTurn();
    texts.push(JSON.stringify(shown(list.slice(from, from + itemsAtOnce))).slice(1, -1));
  }
  return `[${texts.join(',')}]`;
}
