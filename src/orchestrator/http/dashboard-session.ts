import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  dashboardSession,
  dashboardSessionPath,
  signInRequest,
  type DashboardSession,
} from '../../api/dashboard-session.ts';
import { ApiError } from '../../api/api-error.ts';
import { rolePermissions } from '../../api/roles.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { actorOf, requirePermission, type TokenCaller } from '../caller.ts';
import { policyStates } from '../policy/policy.ts';
import type { PolicyStore } from '../policy/store.ts';
import { createAttempts } from '../sessions/attempts.ts';
import type { SignInCodes } from '../sessions/sign-in-codes.ts';
import type { SignIn, SignIns } from '../sessions/sign-ins.ts';
import { rfc3339 } from '../time.ts';
import type { TokenCallers } from '../tokens/token-caller.ts';
import type { ValueEntry } from '../values/entry.ts';
import { audited } from './audited.ts';
import { hashToken } from '../tokens/token-hash.ts';
import { csrfOf, requireOwnPage, type SessionCookies } from './session-cookie.ts';

export interface DashboardSessionServices {
  readonly signIns: SignIns;
  readonly codes: SignInCodes;
  readonly tokens: TokenCallers;
  readonly cookies: SessionCookies;
  readonly policy: PolicyStore;
  readonly values: ValueEntry;
  readonly audit: AuditLog;
  readonly now: () => number;
}

/** Failed attempts per minute; an address may stand for everybody behind a proxy. */
const attemptLimits = { address: 30, prefix: 5 };
/** Just enough of a token to identify it; no more of it is kept. */
const prefixLength = 12;
const bodyLimit = 8_192;

interface Opened {
  readonly caller: TokenCaller;
  readonly home: string;
}

/** Routes that sign in and out at the dashboard. */
export function registerDashboardSession(app: FastifyInstance, services: DashboardSessionServices): void {
  const { signIns, codes, tokens, cookies, audit } = services;
  const attempts = createAttempts(attemptLimits, services.now);

  async function opening(
    request: { token: string; organization?: string | undefined } | { code: string },
  ): Promise<Opened> {
    if ('token' in request) {
      const home = request.organization ?? (await tokens.organizationOf(hashToken(request.token))) ?? 'default';
      const known = await tokens.ofHash(hashToken(request.token), home);
      if (known === undefined) throw new ApiError('unauthenticated', 'the token is not known here');
      return { caller: known.caller, home };
    }
    const { tokenId, home } = await codes.redeem(request.code);
    const known = await tokens.ofId(tokenId, home);
    if (known === undefined) throw new ApiError('unauthenticated', 'the token of this code is gone');
    return { caller: known.caller, home };
  }

  /** The session of a request, and its caller. */
  async function current(request: FastifyRequest): Promise<Opened & { signIn: SignIn; secret: string }> {
    const shown = cookies.credentials(request.raw);
    if (shown.kind !== 'session') throw new ApiError('unauthenticated', 'nobody is signed in', 'sign in with a token');
    requireOwnPage(request.raw, shown.secret);
    const signIn = await signIns.use(shown.secret);
    const known = await tokens.ofId(signIn.token_id, signIn.home);
    if (known === undefined) throw new ApiError('unauthenticated', 'the token of this session is gone');
    requirePermission(known.caller, 'dashboard:open');
    return { caller: { ...known.caller, signIn: signIn.id }, home: signIn.home, signIn, secret: shown.secret };
  }

  app.post(dashboardSessionPath, { bodyLimit }, async (request, reply) => {
    const parsed = signInRequest.safeParse(request.body);
    if (!parsed.success) throw new ApiError('invalid_request', 'signing in takes either a token or a code');
    const secretText = 'token' in parsed.data ? parsed.data.token : parsed.data.code;
    const names = [`address:${request.ip}`, `prefix:${secretText.slice(0, prefixLength)}`];
    const succeeded = attempts.begin(names);
    const opened = await opening(parsed.data).catch((error: unknown) => {
      // What could not be found out is nobody's failure.
      if (!ApiError.is(error)) succeeded();
      throw error;
    });
    succeeded();
    requirePermission(opened.caller, 'dashboard:open');
    // Checked first, so that no session is opened whose cookie could not be given.
    cookies.give(request.raw, '');
    const notes: Record<string, unknown> = {};
    const entry = {
      organization: opened.home,
      operation: 'sessions.open',
      actor: actorOf(opened.caller),
      subject: {},
      requestId: request.id,
    };
    const { signIn, secret } = await audited(audit, 'write', entry, notes, async () => {
      await endShown(request);
      const made = await signIns.open(opened.caller, opened.home);
      notes['session'] = made.signIn.id;
      return made;
    });
    void reply.header('set-cookie', cookies.give(request.raw, secret));
    return send(reply, await describe(signIn, opened, secret));
  });

  app.get(dashboardSessionPath, async (request, reply) => {
    const { signIn, secret, ...opened } = await current(request);
    return send(reply, await describe(signIn, opened, secret));
  });

  app.delete(dashboardSessionPath, async (request, reply) => {
    const { signIn, caller, home } = await current(request);
    const entry = {
      organization: home,
      operation: 'sessions.end',
      actor: actorOf(caller),
      subject: { id: signIn.id },
      requestId: request.id,
    };
    await audited(audit, 'write', entry, {}, () => signIns.end(signIn.id));
    return reply.header('set-cookie', cookies.take(request.raw)).header('cache-control', 'no-store').send({});
  });

  async function describe(signIn: SignIn, { caller, home }: Opened, secret: string): Promise<DashboardSession> {
    return {
      id: signIn.id,
      token: caller.id,
      actor: caller.name,
      role: caller.role,
      organization: home,
      everyOrganization: caller.organization === undefined,
      ...(caller.environments !== undefined && { environments: [...caller.environments] }),
      ...(caller.scopes !== undefined && { scopes: [...caller.scopes] }),
      expires: rfc3339(signIn.expires_at),
      csrf: csrfOf(secret),
      permissions: [...rolePermissions[caller.role]],
      ...(await policyStates(services.policy, home)),
      sealingKey: await services.values.sealingKey(home),
    };
  }

  /** A new sign-in ends the old session, which nobody would see any more. */
  async function endShown(request: FastifyRequest): Promise<void> {
    const shown = cookies.credentials(request.raw);
    if (shown.kind !== 'session') return;
    const before = await signIns.look(shown.secret).catch(() => undefined);
    if (before !== undefined) await signIns.end(before.id);
  }
}

function send(reply: FastifyReply, session: DashboardSession): FastifyReply {
  return reply.header('cache-control', 'no-store').send(dashboardSession.parse(session));
}
