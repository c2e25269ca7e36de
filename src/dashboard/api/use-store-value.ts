import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import type { ClientOutput } from '../../api/registry.ts';
import { useOrganization } from '../shell/address.ts';
import type { Problem } from './problem.ts';
import { storeValue } from './value-entry.ts';

type Stored = Parameters<typeof storeValue>[1] & { readonly bytes: Uint8Array };

/** As `useWrite`, for a value. */
export function useStoreValue(): UseMutationResult<ClientOutput<'secrets.set'>, Problem, Stored> {
  const organization = useOrganization();
  const client = useQueryClient();
  return useMutation<ClientOutput<'secrets.set'>, Problem, Stored>({
    mutationFn: ({ bytes, ...entered }) => storeValue(organization, entered, bytes),
    gcTime: 0,
    onSettled: () => client.invalidateQueries(),
  });
}
