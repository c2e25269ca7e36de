import {
  keepPreviousData,
  QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import type { ClientInput, ClientOutput, OperationId } from '../../api/registry.ts';
import { useOrganization } from '../shell/address.ts';
import { call } from './call.ts';
import { Problem } from './problem.ts';

/** What a browser takes for no network says nothing of an orchestrator on this machine, and must hold no write back. */
const networkMode = 'always';

/** The page's cache of answers. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      mutations: { networkMode },
      queries: {
        networkMode,
        staleTime: 15_000,
        // A refusal stays one; the banner waits out an unreachable server.
        retry: false,
        refetchOnReconnect: true,
      },
    },
  });
}

export function keyOf(organization: string, id: OperationId, input: object): readonly unknown[] {
  return [organization, id, input];
}

/** An operation's answer, fetched again after every change, here or elsewhere. */
export function useRead<Id extends OperationId>(
  id: Id,
  input: ClientInput<Id>,
  options: { readonly enabled?: boolean; readonly keep?: boolean } = {},
): UseQueryResult<ClientOutput<Id>, Problem> {
  const organization = useOrganization();
  return useQuery<ClientOutput<Id>, Problem>({
    queryKey: keyOf(organization, id, input),
    queryFn: async ({ signal }) => call(organization, id, input, signal),
    enabled: options.enabled ?? true,
    ...(options.keep === true && { placeholderData: keepPreviousData }),
  });
}

/** Runs an operation; everything shown is fetched again afterwards. */
export function useWrite<Id extends OperationId>(
  id: Id,
): UseMutationResult<ClientOutput<Id>, Problem, ClientInput<Id>> {
  const organization = useOrganization();
  const client = useQueryClient();
  return useMutation<ClientOutput<Id>, Problem, ClientInput<Id>>({
    mutationFn: (input) => call(organization, id, input),
    // The input may hold a value, so none of it stays here.
    gcTime: 0,
    onSettled: () => client.invalidateQueries(),
  });
}
