import { useEffectEvent, useLayoutEffect } from 'react';

interface Draft {
  /** Asks whether what it holds may go; calls on when it may. */
  ask(goOn: () => void): void;
}

/** What holds something that nobody has stored; the last lies over the others. */
const drafts: Draft[] = [];

/**
 * Nothing leaves the page while something is held, unasked.
 * @param ask shows the question; what it is given leads on
 */
export function useDraft(isHeld: boolean, ask: (goOn: () => void) => void): void {
  const asks = useEffectEvent(ask);
  // Whoever closes a form and goes on at once leaves nothing behind.
  useLayoutEffect(() => {
    if (!isHeld) return undefined;
    const draft: Draft = { ask: (goOn) => asks(goOn) };
    drafts.push(draft);
    return () => {
      drafts.splice(drafts.indexOf(draft), 1);
    };
  }, [isHeld]);
}

function leave(go: () => void): void {
  const top = drafts.at(-1);
  if (top === undefined) go();
  else
    top.ask(() => {
      leave(go);
    });
}

type Navigate = (to: string, options?: object) => void;

/** For links, redirects and jumps of the page. */
export function askBeforeGoing(navigate: Navigate, to: string, options?: object): void {
  leave(() => {
    navigate(to, options);
  });
}

/** For what the browser does by itself. Before the router listens. */
export function guardBrowser(): void {
  let here = window.location.href;
  const arrive = (): void => {
    here = window.location.href;
  };
  for (const change of ['pushState', 'replaceState']) window.addEventListener(change, arrive);
  window.addEventListener('popstate', (event) => {
    if (drafts.length === 0) {
      arrive();
      return;
    }
    // The router hears of it only when nothing is lost. Going forward instead would leave it the time to look.
    event.stopImmediatePropagation();
    window.history.pushState(null, '', here);
    leave(() => {
      window.history.back();
    });
  });
  window.addEventListener('beforeunload', (event) => {
    if (drafts.length > 0) event.preventDefault();
  });
}
