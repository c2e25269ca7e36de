import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Progress } from '../../../api/answer-lines.ts';
import type { ClientOutput } from '../../../api/registry.ts';
import { call } from '../../api/call.ts';
import type { Problem } from '../../api/problem.ts';
import { serverNow } from '../../api/server-time.ts';
import { useSession } from '../../api/session.tsx';
import { useOrganization } from '../../shell/address.ts';

export interface Verified extends ClientOutput<'audit.verify'> {
  /** RFC 3339. */
  readonly at: string;
}

/**
 * Verifies the log when the page opens, and then only when it is asked to: it reads every row, and may take minutes.
 */
export function useVerification(): UseQueryResult<Verified, Problem> & {
  /** `undefined` in the first moment. */
  readonly progress: Progress | undefined;
  readonly cancel: () => void;
} {
  const organization = useOrganization();
  const { token } = useSession();
  const client = useQueryClient();
  const [progress, setProgress] = useState<Progress>();
  const queryKey = [organization, 'audit.verify', token];
  const query = useQuery<Verified, Problem>({
    queryKey,
    queryFn: async ({ signal }) => {
      setProgress(undefined);
      const answer = await call(organization, 'audit.verify', {}, signal, setProgress);
      return { ...answer, at: new Date(serverNow()).toISOString() };
    },
    // No change begins it, neither after a cancelled verification nor after one that failed.
    enabled: false,
    // Whoever opens the page again is shown what is there now.
    gcTime: 0,
  });
  const { refetch } = query;
  useEffect(() => {
    void refetch({ cancelRefetch: false });
  }, [refetch, organization, token]);
  return { ...query, progress, cancel: () => void client.cancelQueries({ queryKey }) };
}
