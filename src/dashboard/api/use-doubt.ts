import { useState } from 'react';
import type { Problem } from './problem.ts';

interface Doubt {
  /** Whether what was sent there may have been stored, though no answer said so. */
  readonly isDoubtful: boolean;
  readonly failed: (problem: Problem) => void;
  /** The user has seen what is stored, and has decided. */
  readonly settle: () => void;
}

/** Remembers where a write got no answer, whatever later ones get. @param place where the form writes now */
export function useDoubt(place: string): Doubt {
  const [doubted, setDoubted] = useState<string>();
  return {
    isDoubtful: doubted === place,
    failed: (problem) => {
      if (problem.isDoubtful) setDoubted(place);
    },
    settle: () => {
      setDoubted(undefined);
    },
  };
}
