import type { Role } from '../../../src/api/roles.ts';

/** How a token is narrowed and what that covers, written out by hand: nothing here calls the code under test. */
export interface NarrowingCase {
  readonly name: string;
  readonly narrowing: { readonly scopes?: string[]; readonly environments?: string[] };
  /** Scopes and patterns of the cells that lie within. */
  readonly holds: readonly string[];
  /** Those that contain something within. */
  readonly touches: readonly string[];
}

/** What a cell needs besides the permission; nothing: open to any token. */
export interface Needs {
  /** An environment itself. */
  readonly environment?: string;
  /** An environment as seen by tokens that reach some of its scopes. */
  readonly view?: string;
  readonly scopes?: readonly string[];
  /** Something within it. */
  readonly touching?: string;
  /** That any scopes are named. */
  readonly anyScopes?: true;
  /** Something beyond any scope and environment. */
  readonly organization?: true;
  /** A token of every organization, which none of these is. */
  readonly everyOrganization?: true;
}

const environments = ['mine', 'mine-unborn'];
const teamA = ['team/a', 'team/a/deep', 'team/a/none', 'team/a/*', 'team/a/**', 'team/a/${host}'];
const ofInternal = [...teamA, 'team/b', 'team/b/none', 'team/*', 'team/**', '**', 'internal:**'];
const nearTeamA = ['internal', 'team', 'team/a', 'team/a/deep'];

export const narrowings: readonly NarrowingCase[] = [
  { name: 'to nothing', narrowing: {}, holds: [], touches: [] },
  { name: 'to environments', narrowing: { environments }, holds: [], touches: [] },
  { name: 'to scopes', narrowing: { scopes: ['team/a/**'] }, holds: teamA, touches: nearTeamA },
  { name: 'to both', narrowing: { scopes: ['team/a/**'], environments }, holds: teamA, touches: nearTeamA },
  { name: 'away from all', narrowing: { scopes: [], environments: [] }, holds: [], touches: [] },
  {
    name: 'to one exact scope',
    narrowing: { scopes: ['team/a'], environments },
    holds: ['team/a'],
    touches: ['internal', 'team', 'team/a'],
  },
  {
    name: 'to all of internal',
    narrowing: { scopes: ['**'], environments },
    holds: ofInternal,
    touches: [...nearTeamA, 'team/b'],
  },
  {
    name: 'to all of every backend',
    narrowing: { scopes: ['*:**'], environments },
    holds: [...ofInternal, 'corp:x', 'corp:**', '*:team/a', '*:**'],
    touches: [...nearTeamA, 'team/b', 'corp', 'corp:x'],
  },
];

export function meets({ narrowing, holds, touches }: NarrowingCase, needs: Needs): boolean {
  const { scopes, environments: named } = narrowing;
  if (needs.everyOrganization === true) return false;
  if (scopes === undefined && named === undefined) return true;
  return (
    needs.organization !== true &&
    (needs.environment === undefined || (named?.includes(needs.environment) ?? false)) &&
    (needs.view === undefined || (named?.includes(needs.view) ?? true)) &&
    (needs.touching === undefined || touches.includes(needs.touching)) &&
    (needs.anyScopes === undefined || scopes !== undefined) &&
    (needs.scopes ?? []).every((scope) => holds.includes(scope))
  );
}

/** Issues a token with this reach: a reader of everything has to be asked for in words. */
export function reachOf(role: Role, narrowing: NarrowingCase['narrowing'] = {}): object {
  return role === 'reader' && Object.keys(narrowing).length === 0 ? { allEnvironments: true } : narrowing;
}
