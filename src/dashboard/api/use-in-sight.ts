import { useSyncExternalStore } from 'react';

export function isInSight(): boolean {
  return document.visibilityState === 'visible';
}

/** Whether somebody can see this page: a tab behind another is not in sight. */
export function useInSight(): boolean {
  return useSyncExternalStore((listener) => {
    document.addEventListener('visibilitychange', listener);
    return () => {
      document.removeEventListener('visibilitychange', listener);
    };
  }, isInSight);
}
