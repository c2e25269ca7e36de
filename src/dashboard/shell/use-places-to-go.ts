import { gridRows } from '../../api/grid-cells.ts';
import type { ClientOutput } from '../../api/registry.ts';
import { useRead } from '../api/queries.ts';
import { useSettled } from '../api/use-settled.ts';
import { scopeInAddress } from './address.ts';
import { sections } from './sections.ts';

export interface PlaceToGo {
  readonly kind: 'page' | 'environment' | 'scope' | 'key';
  readonly title: string;
  readonly path: string;
}

const namesAtMost = 50;

interface PlacesToGo {
  /** In the order in which they show. */
  readonly places: readonly PlaceToGo[];
  /** Whether more may come. */
  readonly isAsking: boolean;
  /** Whether others may have such a name: there are too many to be looked at, or something did not answer. */
  readonly isPart: boolean;
}

/**
 * Everything that the palette finds.
 * @param words all of which a name has to have
 * @param isHasty whether to ask before typing has paused
 */
export function usePlacesToGo(words: readonly string[], isHasty: boolean): PlacesToGo {
  const environments = useRead('environments.list', {});
  const key = longestOf(words);
  // The word may say what is looked for.
  const text = words.filter((word) => word !== 'scope').join(' ');
  const [settledKey, settledText] = [useSettled(key), useSettled(text)];
  const askedKey = isHasty ? key : settledKey;
  const askedText = isHasty ? text : settledText;
  const some = { limit: namesAtMost, cached: 'true' } as const;
  const found = useRead('resolution.grid', { ...some, ...(askedKey !== '' && { key: askedKey }) }, { keep: true });
  const scopes = useRead('scopes.list', { ...some, ...(askedText !== '' && { text: askedText }) }, { keep: true });
  const places = [
    ...sections.map(({ title, path }): PlaceToGo => ({ kind: 'page', title, path })),
    ...(environments.data?.environments ?? []).map(({ name }): PlaceToGo => ({
      kind: 'environment',
      title: name,
      path: `environments/${encodeURIComponent(name)}`,
    })),
    ...(scopes.data?.scopes ?? []).map((scope): PlaceToGo => ({
      kind: 'scope',
      title: scope,
      path: `settings/secrets/${scopeInAddress(scope)}`,
    })),
    ...keysIn(found.data),
  ].filter(({ kind, title }) => words.every((word) => `${title} ${kind}`.toLowerCase().includes(word)));
  const asked = [scopes, environments, found];
  return {
    places,
    isPart:
      asked.some(({ isError }) => isError) ||
      (scopes.data?.total ?? 0) > namesAtMost ||
      (found.data?.keys.length ?? 0) >= namesAtMost,
    isAsking:
      askedKey !== key ||
      askedText !== text ||
      asked.some(({ isPending, isPlaceholderData }) => isPending || isPlaceholderData),
  };
}

function longestOf(words: readonly string[]): string {
  return words.toSorted((left, right) => right.length - left.length)[0] ?? '';
}

/** Each leads to the first environment that has the key. */
function keysIn(grid: ClientOutput<'resolution.grid'> | undefined): PlaceToGo[] {
  if (grid === undefined) return [];
  const names = grid.environments.map(({ name }) => name);
  return gridRows(grid, names).map(({ key, cells }) => {
    const column = Math.max(
      0,
      cells.findIndex(({ status }) => status !== 'not_found'),
    );
    const place = new URLSearchParams({ key, environment: names[column] ?? '' });
    return { kind: 'key', title: key, path: `grid?${place.toString()}` };
  });
}
