import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { utf8 } from '../../api/bytes.ts';
import { problemOf, type Problem } from '../../api/problem.ts';
import { storeValue } from '../../api/value-entry.ts';
import { useOrganization } from '../../shell/address.ts';
import type { Entry } from './dotenv.ts';

export type Outcome = { readonly version: string } | { readonly problem: Problem };

/** Sets one after the other; what fails stays, with its reason, and what follows is tried all the same. */
export function useImport(scope: string): {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly isBusy: boolean;
  readonly apply: (entries: readonly Entry[]) => Promise<void>;
} {
  const organization = useOrganization();
  const client = useQueryClient();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const [isBusy, setBusy] = useState(false);
  return {
    outcomes,
    isBusy,
    async apply(entries) {
      setBusy(true);
      for (const { key, value } of entries) {
        // oxlint-disable-next-line no-await-in-loop -- in the order of the file, so that the log tells it in that order
        const outcome = await storeValue(organization, { scope, key }, utf8(value)).then(
          ({ version }): Outcome => ({ version }),
          (error: unknown): Outcome => ({ problem: problemOf(error) }),
        );
        setOutcomes((before) => new Map(before).set(key, outcome));
      }
      setBusy(false);
      await client.invalidateQueries();
    },
  };
}
