import { ApiError } from '../../api/api-error.ts';
import { hasLeft, tokenOf, type Call, type Waiter } from '../caller.ts';
import type { AuditVerification, VerifyOptions } from './verify.ts';

/** How often those who wait are looked after, and told that they wait. */
const patienceMs = 1_000;
/** Of one token in an organization: each keeps one of the requests that the organization may have at once. */
const mostOfToken = 16;

type Asked = Pick<VerifyOptions, 'removable' | 'rows'>;

/**
 * Has a log verified. Of each organization one walk goes on at a time, first come, first served; all who ask for what a
 * walk that has not begun can tell them have it together.
 * @throws ApiError when nobody waits for it any more, or the token waits for too many already (`too_many_requests`)
 */
export type Walks = (
  call: Pick<Call, 'organization' | 'caller' | 'waiter'>,
  asked?: Asked,
) => Promise<AuditVerification>;

interface Walk extends PromiseWithResolvers<AuditVerification> {
  readonly removable: VerifyOptions['removable'];
  readonly rows: Set<number>;
  readonly waiters: Set<Waiter>;
  hasBegun: boolean;
}

/** @param verify walks over the log of an organization */
export function createWalks(
  verify: (organization: string, options: Asked & { readonly waiter: Waiter }) => Promise<AuditVerification>,
): Walks {
  /** Of each organization the walk that goes on, and those that come after it. */
  const lines = new Map<string, Walk[]>();
  const held = new Map<string, number>();

  async function begin(organization: string, line: Walk[], walk: Walk): Promise<void> {
    walk.hasBegun = true;
    const { removable, rows } = walk;
    const waiter = allOf(walk.waiters);
    try {
      if (waiter.isGone()) throw hasLeft();
      walk.resolve(await verify(organization, { removable, rows, waiter }));
    } catch (error) {
      walk.reject(error);
    }
    line.shift();
    const [next] = line;
    if (next === undefined) lines.delete(organization);
    else void begin(organization, line, next);
  }

  function join(organization: string, waiter: Waiter, { removable, rows = new Set() }: Asked): Walk {
    const line = lines.get(organization) ?? [];
    lines.set(organization, line);
    const shared = removable === undefined && line.find((one) => !one.hasBegun && one.removable === undefined);
    const walk = shared || newWalk(removable);
    walk.waiters.add(waiter);
    for (const row of rows) walk.rows.add(row);
    if (walk !== shared && line.push(walk) === 1) void begin(organization, line, walk);
    return walk;
  }

  return async ({ organization, caller, waiter }, asked = {}) => {
    const holder = `${organization} ${tokenOf(caller)}`;
    const count = held.get(holder) ?? 0;
    if (count >= mostOfToken)
      throw new ApiError('too_many_requests', `${count} others of this token wait for the audit log to be verified`);
    held.set(holder, count + 1);
    try {
      return await outcomeFor(waiter, join(organization, waiter, asked));
    } finally {
      const left = (held.get(holder) ?? 1) - 1;
      if (left === 0) held.delete(holder);
      else held.set(holder, left);
    }
  };
}

function newWalk(removable: VerifyOptions['removable']): Walk {
  return { ...Promise.withResolvers(), removable, rows: new Set(), waiters: new Set(), hasBegun: false };
}

function allOf(waiters: ReadonlySet<Waiter>): Waiter {
  return {
    isGone: () => [...waiters].every((one) => one.isGone()),
    tell: (progress) => {
      for (const one of waiters) one.tell(progress);
    },
  };
}

/** Who leaves keeps no place until the walk ends. */
async function outcomeFor(waiter: Waiter, walk: Walk): Promise<AuditVerification> {
  const { promise: left, reject } = Promise.withResolvers<never>();
  const timer = setInterval(() => {
    if (waiter.isGone()) reject(hasLeft());
    else if (!walk.hasBegun) waiter.tell({ done: 0, of: 0 });
  }, patienceMs).unref();
  try {
    return await Promise.race([walk.promise, left]);
  } finally {
    clearInterval(timer);
    walk.waiters.delete(waiter);
  }
}
