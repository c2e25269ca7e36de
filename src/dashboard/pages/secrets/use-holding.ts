import type { ClientOutput } from '../../../api/registry.ts';
import { useRead } from '../../api/queries.ts';
import { backendOf, pathOf, smallFolder } from './scopes.ts';

type Listed = Pick<ClientOutput<'scopes.list'>, 'scopes' | 'folders'>;

interface Holding {
  readonly backend: string;
  readonly folder: string | undefined;
  /** The scope beside the tree, if it is to be in what is listed. */
  readonly shown: string | undefined;
  readonly listed: ClientOutput<'scopes.list'> | undefined;
}

/** The row of a folder that the shown scope is in, where it comes later than what is listed. */
export function useHolding({ backend, folder, shown, listed }: Holding): Listed | undefined {
  const { scopes = [], folders = [], total = 0 } = listed ?? {};
  const start = folder === undefined ? '' : `${folder}/`;
  const isBelow = shown !== undefined && backendOf(shown) === backend && pathOf(shown).startsWith(start);
  const holding = isBelow ? pathOf(shown) : '';
  const isListed =
    scopes.includes(`${backend}:${holding}`) || folders.some((one) => holding.startsWith(`${one.folder}/`));
  const isBeyond = isBelow && !isListed && total > scopes.length + folders.length;
  const { data } = useRead(
    'scopes.list',
    { backend, ...(folder !== undefined && { folder }), holding, collapse: smallFolder, cached: 'true' },
    { enabled: isBeyond },
  );
  return isBeyond && data !== undefined && data.total > 0 ? data : undefined;
}
