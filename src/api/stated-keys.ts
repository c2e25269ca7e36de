/**
 * Whether a job may have a key. In a stated key `*` stands for any characters; a job that states none may have every
 * key of its environment.
 */
export function isStated(stated: readonly string[] | undefined, key: string): boolean {
  return (
    stated === undefined || stated.some((pattern) => (isPattern(pattern) ? matches(pattern, key) : pattern === key))
  );
}

export function isPattern(stated: string): boolean {
  return stated.includes('*');
}

/** Takes at most pattern length times key length: the pattern comes from whoever opens the job. */
function matches(pattern: string, key: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < key.length;) {
    if (pattern[at] === '*') {
      star = at;
      resume = index;
      at += 1;
    } else if (pattern[at] === key[index]) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      index = resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}

/** What a job states of the keys that it may have. */
export const statedKeyGrammar = /^[A-Za-z_*][A-Za-z0-9_.*-]{0,254}$/;

/** Patterns are held against every name of an environment; a key without a star costs a comparison. */
export const mostPatterns = 100;
