import { operations } from '../api/registry.ts';
import type { Handlers } from '../orchestrator/handlers.ts';

/** The handlers of one area. */
export type AreaHandlers = Partial<Handlers>;

/**
 * Merges the areas' handlers into one per operation.
 * @throws Error if an operation has no handler, or two: a fault in the wiring
 */
export function mergeHandlers(areas: readonly AreaHandlers[]): Handlers {
  const ids = areas.flatMap((area) => Object.keys(area));
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  if (twice.length > 0) throw new Error(`more than one area handles ${twice.join(', ')}`);
  const merged: AreaHandlers = Object.assign({}, ...areas);
  requireComplete(merged);
  return merged;
}

function requireComplete(handlers: AreaHandlers): asserts handlers is Handlers {
  const missing = Object.keys(operations).filter((id) => !Object.hasOwn(handlers, id));
  if (missing.length > 0) throw new Error(`no area handles ${missing.join(', ')}`);
}
