import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import type { ClientOutput } from '../../api/registry.ts';
import { useOrganization } from '../shell/address.ts';
import { utf8 } from './bytes.ts';
import type { Problem } from './problem.ts';
import { importValues } from './value-entry.ts';

interface Import {
  readonly scope: string;
  readonly entries: readonly { readonly key: string; readonly value: string }[];
  readonly reason?: string | undefined;
}

/**
 * Sends many values at once.
 * @param dryRun only shows what would change
 */
export function useImport(dryRun: boolean): UseMutationResult<ClientOutput<'secrets.import'>, Problem, Import> {
  const organization = useOrganization();
  const client = useQueryClient();
  return useMutation<ClientOutput<'secrets.import'>, Problem, Import>({
    mutationFn: ({ scope, entries, reason }) =>
      importValues(
        organization,
        scope,
        entries.map(({ key, value }) => ({ key, bytes: utf8(value) })),
        { dryRun, reason },
      ),
    gcTime: 0,
    onSettled: () => (dryRun ? undefined : client.invalidateQueries()),
  });
}
