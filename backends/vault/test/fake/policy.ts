export type Capability = 'create' | 'read' | 'update' | 'delete' | 'list' | 'sudo' | 'deny';

export interface Rule {
  readonly path: string;
  readonly capabilities: readonly string[];
}

/** The part of the policy language that the tests and the documented policy use. */
export function parsePolicy(text: string): readonly Rule[] {
  const withoutComments = text.replaceAll(/^\s*#.*$/gm, '');
  return [...withoutComments.matchAll(/path\s+"([^"]+)"\s*\{\s*capabilities\s*=\s*\[([^\]]*)\]\s*\}/g)].map(
    ([, path = '', list = '']) => ({
      path,
      capabilities: [...list.matchAll(/"([a-z]+)"/g)].map(([, name = '']) => name),
    }),
  );
}

/** An exact rule wins, then the longest prefix; among equals `deny` wins. */
export function isAllowed(rules: readonly Rule[], path: string, wanted: Capability): boolean {
  const best = bestOf(rules, path) ?? (path.endsWith('/') ? bestOf(rules, path.slice(0, -1)) : undefined);
  return best !== undefined && !best.includes('deny') && best.includes(wanted);
}

function bestOf(rules: readonly Rule[], path: string): readonly string[] | undefined {
  const exact = rules.filter((rule) => rule.path === path);
  if (exact.length > 0) return exact.flatMap(({ capabilities }) => capabilities);
  const globs = rules.filter((rule) => rule.path.endsWith('*') && path.startsWith(rule.path.slice(0, -1)));
  const longest = Math.max(...globs.map((rule) => rule.path.length));
  return globs.length === 0
    ? undefined
    : globs.filter((rule) => rule.path.length === longest).flatMap(({ capabilities }) => capabilities);
}

/** Whether any right lies below a mount, which describing the mount requires. */
export function touches(rules: readonly Rule[], mount: string): boolean {
  return rules.some(
    ({ path, capabilities }) =>
      !capabilities.includes('deny') &&
      (path.startsWith(mount) || (path.endsWith('*') && mount.startsWith(path.slice(0, -1)))),
  );
}
