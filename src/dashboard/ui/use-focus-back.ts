import { useEffect, useState } from 'react';

/** Gives the focus back to where it was, once what has taken it is gone. */
export function useFocusBack(): void {
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // Until then the rest of the page cannot take it.
      queueMicrotask(() => {
        if (document.activeElement !== document.body) return;
        const back = opener instanceof HTMLElement && opener.isConnected ? opener : document.querySelector('main');
        back?.focus();
      });
    },
    [opener],
  );
}
