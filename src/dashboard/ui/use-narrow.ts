import { useSyncExternalStore } from 'react';

const query = matchMedia('(width < 720px)');

/** Whether there is room for only one column. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      query.addEventListener('change', listener);
      return () => {
        query.removeEventListener('change', listener);
      };
    },
    () => query.matches,
  );
}
