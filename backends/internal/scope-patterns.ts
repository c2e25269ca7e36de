import { sql, type RawBuilder } from 'kysely';

const wildcard = /[*?[]/;
/** A statement joins a bounded number of parts (SQLite: 500), and a glob takes two. */
const mostGlobs = 200;
/** A statement takes a bounded number of values (SQLite: 32,766; PostgreSQL: 65,535), and a glob takes up to ten. */
const mostScopes = 20_000;
/** None comes after it, in whatever name somebody else has written. */
const lastCharacter = '\u{10FFFF}';

/**
 * The scopes that a set of patterns may select, as SQL that both engines understand. Errs towards more: whoever asks
 * matches again. Scopes are few beside secrets, so that these are searched, and of the secrets those alone that are
 * selected.
 * @returns `all` where one of the patterns, or their number, leaves nothing out
 */
export function scopesMatching(
  organization: string,
  patterns: readonly string[],
): RawBuilder<unknown> | 'all' | 'none' {
  const globs = [...new Set(patterns.filter((text) => wildcard.test(text)))];
  const exact = [...new Set(patterns.filter((text) => !wildcard.test(text)))];
  if (globs.includes('**') || globs.length > mostGlobs || exact.length > mostScopes) return 'all';
  const parts = globs.flatMap((text) => {
    const isSelected = conditionOf(text);
    // The scope of a secret that is there was made with it; of one that was deleted it may be gone.
    return [
      sql`select scope from internal_scopes where organization = ${organization} and ${sql.join([isSelected, ...endingOf(text)], sql` and `)}`,
      sql`select scope from internal_secrets where organization = ${organization} and deleted = 1 and version is not null and ${isSelected}`,
    ];
  });
  if (exact.length > 0) parts.push(sql`values ${sql.join(exact.map((scope) => sql`(${scope})`))}`);
  return parts.length === 0 ? 'none' : sql.join(parts, sql` union `);
}

/** Scopes that end as the pattern does, as a range of those written backwards; needless where it begins with a base. */
function endingOf(text: string): RawBuilder<unknown>[] {
  const ending = text.slice(text.search(/[^*?\]]*$/)).replace(/^\//, '');
  if (!wildcard.test(text.split('/', 1)[0] ?? '') || ending === '') return [];
  const reversed = Array.from(ending).toReversed().join('');
  return [sql`reversed >= ${reversed} and reversed < ${`${reversed}${lastCharacter}`}`];
}

/** The leading segments without wildcards as a range, which the index can search; the rest as `like`. */
function conditionOf(text: string): RawBuilder<unknown> {
  const segments = text.split('/');
  const base = segments
    .slice(
      0,
      segments.findIndex((segment) => wildcard.test(segment)),
    )
    .join('/');
  const like = likeOf(segments);
  // Only a leading "**" may stand for nothing, slash included; joining them costs something for each row.
  const conditions =
    segments[0] === '**'
      ? [sql`('/' || scope) like ${like} escape '!'`]
      : [sql`scope like ${like.slice(1)} escape '!'`];
  // As many slashes leave no room for a "%" to take one. ("0" follows "/" in the range.)
  if (!segments.includes('**'))
    conditions.push(sql`length(scope) - length(replace(scope, '/', '')) = ${segments.length - 1}`);
  if (base !== '') conditions.push(sql`scope >= ${base} and scope < ${`${base}0`}`);
  return sql.join(conditions, sql` and `);
}

/** "_" is any character, "%" any number of them; SQLite does not distinguish case there, which only selects more. */
function likeOf(segments: readonly string[]): string {
  const like = (segment: string): string =>
    segment
      .replaceAll('_', '!_')
      .replaceAll('*', '%')
      .replace(/\[[!^]?[^\]]+\]|\?/g, '_');
  return segments.map((segment) => (segment === '**' ? '%' : `/${like(segment)}`)).join('');
}
