import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import { firstAnswer } from '../api/call.ts';
import { connection } from '../api/connection.ts';
import { Problem } from '../api/problem.ts';

const againMs = 1_000;
const mostAttempts = 5;

/**
 * As `lazy`, but asks again for what did not come: a part that is given up takes the whole page down, with all that was
 * typed into it.
 * @param load the import, named by the page's own build
 */
export function lazily<Props>(
  load: () => Promise<{ readonly default: ComponentType<Props> }>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- each attempt follows a failed one
        return await load();
      } catch {
        if (attempt >= mostAttempts && connection() !== 'down') throw missing();
      }
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  });
}

/**
 * As `lazily`, once there is something to see: what is not asked for yet does not take the turn of what is. A page that
 * asks for nothing gets it after a moment.
 */
export function lazilyLater<Props>(
  load: () => Promise<{ readonly default: ComponentType<Props> }>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazily(async () => {
    await Promise.race([firstAnswer(), new Promise((resolve) => setTimeout(resolve, againMs))]);
    return load();
  });
}

/** A newer orchestrator has parts of other names. */
function missing(): Problem {
  return new Problem(0, {
    error: 'page_incomplete',
    message: 'a part of this page cannot be loaded, perhaps because the orchestrator has a newer page',
    hint: 'keep a copy of what you typed, and load the page again',
  });
}
