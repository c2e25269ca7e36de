import { useGrid } from '../pages/grid/use-grid.ts';
import { useRead } from '../api/queries.ts';
import { scopeInAddress } from './address.ts';
import { sections } from './sections.ts';

export interface PlaceToGo {
  readonly kind: 'page' | 'environment' | 'scope' | 'key';
  readonly title: string;
  readonly path: string;
}

/** Everything that the palette can find, in display order. */
export function usePlacesToGo(): readonly PlaceToGo[] {
  const { grid } = useGrid();
  const scopes = useRead('scopes.list', {});
  const environments = grid?.environments.map(({ name }) => name) ?? [];
  const [first] = environments;
  return [
    ...sections.map(({ title, path }): PlaceToGo => ({ kind: 'page', title, path })),
    ...environments.map((name): PlaceToGo => ({
      kind: 'environment',
      title: name,
      path: `environments/${encodeURIComponent(name)}`,
    })),
    ...(scopes.data?.scopes ?? []).map((scope): PlaceToGo => ({
      kind: 'scope',
      title: scope,
      path: `settings/secrets/${scopeInAddress(scope)}`,
    })),
    ...(grid?.rows ?? []).map(({ key, cells }): PlaceToGo => {
      const column = cells.findIndex(({ status }) => status !== 'not_found');
      const environment = environments[column] ?? first ?? '';
      return { kind: 'key', title: key, path: `grid?${new URLSearchParams({ key, environment }).toString()}` };
    }),
  ];
}
