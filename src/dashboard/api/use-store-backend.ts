import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import type { ClientInput, ClientOutput } from '../../api/registry.ts';
import { useOrganization } from '../shell/address.ts';
import { call } from './call.ts';
import type { Problem } from './problem.ts';
import { carriedSettings } from './value-entry.ts';

type Stored = Omit<ClientInput<'backends.update'>, 'secretSettings' | 'sealedSettings'> & {
  /** For a new backend; absent when an existing one changes. */
  readonly type?: string | undefined;
  readonly secrets: Readonly<Record<string, string>>;
};

/** Adds or changes a backend, sending its secret settings as the policy demands. */
export function useStoreBackend(): UseMutationResult<ClientOutput<'backends.add'>, Problem, Stored> {
  const organization = useOrganization();
  const client = useQueryClient();
  return useMutation<ClientOutput<'backends.add'>, Problem, Stored>({
    mutationFn: async ({ type, secrets, ...input }) => {
      const whole = { ...input, ...(await carriedSettings(organization, input.name, secrets)) };
      return type === undefined
        ? call(organization, 'backends.update', whole)
        : call(organization, 'backends.add', { ...whole, type });
    },
    gcTime: 0,
    onSettled: () => client.invalidateQueries(),
  });
}
