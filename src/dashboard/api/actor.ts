/** The name in `token:<id>:<name>`, whatever precedes it. */
export function actorName(actor: string): string {
  return /(?:^|:)token:[^:]*:(.*)$/s.exec(actor)?.[1] ?? actor;
}
