import { percentDecoded } from './escapes.ts';
import type { Leaf } from './leaf.ts';

const scheme = String.raw`(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,31}:\/\/`;
const strict = new RegExp(String.raw`${scheme}([^\s:@/?#'"]*)(?::([^\s/?#'"]*))?@`, 'gi');
/** A password with characters that should have been escaped ends at the first `@`, or at the last. */
const lax = ['([^@]{0,512})', '(.{0,512})'].map(
  (password) => new RegExp(String.raw`${scheme}([^:@/?#[]*):(?!\d{1,5}\/)${password}@`, 'i'),
);
/** `user:password@tcp(host:3306)/name` of Go, `thin:user/password@host` of Oracle. */
const dsns = [
  /(?:^|[\s="'])([^\s:@/="']{1,64}):([^\s]{1,512})@[a-z]{2,8}\(/gi,
  /\bthin:([\w$#]{1,64})\/([^\s@"']{1,512})@/gi,
];

/** Credentials of URLs, each parameter of their queries, and parts of their paths; as written and percent-decoded. */
export function urlLeaves(text: string): readonly Leaf[] {
  if (!/[@?&]|:\/\//.test(text)) return [];
  const words = text.split(/[\s"'<>]+/).filter((word) => word.includes('://'));
  const laxMatches = words.flatMap((word) => lax.map((url) => url.exec(word) ?? []));
  const found = [...text.matchAll(strict), ...laxMatches, ...dsns.flatMap((dsn) => [...text.matchAll(dsn)])];
  const leaves = [
    ...found.flatMap(([all, user = '', password]) => (all === undefined ? [] : credentials(user, password))),
    ...[...text.matchAll(/[?&](?:amp;)?([\w.-]+)=([^\s&#'"<>]+)/g)].map(([, name = '', value = '']) => ({
      name,
      value,
    })),
    // A webhook's path is its password.
    ...words.flatMap((word) =>
      (/:\/\/[^/?#]*\/([^?#]*)/.exec(word)?.[1] ?? '').split('/').map((value) => ({ name: 'path-segment', value })),
    ),
  ];
  return leaves.flatMap((leaf) => [leaf, ...percentDecoded(leaf.value).map((value) => ({ ...leaf, value }))]);
}

export function credentials(user: string, password: string | undefined): readonly Leaf[] {
  if (password === undefined) return [{ name: 'token', value: user }];
  return [
    { name: 'user', value: user },
    { name: 'password', value: password, isCredential: true },
  ];
}
