/**
 * Whether a job may have a key. In what it states, `*` stands for any characters; left out, it may have every key of
 * its environment.
 */
export function isStated(stated: readonly string[] | undefined, key: string): boolean {
  return stated === undefined || stated.some((pattern) => matches(pattern, key));
}

export function isPattern(stated: string): boolean {
  return stated.includes('*');
}

/** In time of pattern times key, whatever they are: the pattern comes from the opener of a job. */
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
