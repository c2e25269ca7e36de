import { visible } from '../ui/visible.ts';

/** The name in `token:<id>:<name>`, whatever precedes it. */
export function actorName(actor: string): string {
  return visible(/(?:^|:)token:[^:]*:(.*)$/s.exec(actor)?.[1] ?? actor);
}
