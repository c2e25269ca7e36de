/** What a step process inherits from the agent's environment: no token, no loader option, no proxy credential. */
const inherited = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TERM',
  'TMPDIR',
  'NO_COLOR',
]);

/** The variables that a step starts with, before the environment's and the job's own. */
export function stepBaseEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const base: Record<string, string> = { CI: 'true' };
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && (inherited.has(name) || name.startsWith('LC_'))) base[name] = value;
  }
  return base;
}
