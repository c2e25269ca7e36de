import {
  SecretValue,
  type BackendDefinition,
  type BackendHost,
  type CallContext,
  type Settings,
} from '@kici-dev/secret-backend';
import { Redactor } from './answers/redact.ts';
import { CallPipeline, type ReportBreach } from './call-pipeline.ts';
import { optionalMethods, type Changes } from './changes.ts';
import { Checker } from './checker.ts';
import type { HostedBackend } from './hosted-backend.ts';
import { AdapterLifecycle, type Adapter } from './adapter-lifecycle.ts';
import { withinDeadline } from './layers/deadline.ts';
import { ValueCache } from './layers/value-cache.ts';
import { Lister } from './lister.ts';
import { createAdapter, type HostSurroundings } from './create-adapter.ts';
import { OpenCalls } from './open-calls.ts';
import type { BackendObserver } from './observer.ts';
import type { HostPolicy } from './policy.ts';
import { Reader } from './reader.ts';

/**
 * Makes a backend of a type safe to call. Does nothing until the first call, which creates the instance.
 * @param settings from `parseSettings`
 */
export function openBackend(
  definition: BackendDefinition,
  settings: Settings,
  surroundings: HostSurroundings,
  policy: HostPolicy,
): HostedBackend {
  const { type, capabilities } = definition;
  const secrets = Object.values(settings).filter((value) => value instanceof SecretValue);
  return hostAdapter(
    { type, capabilities, create: () => createAdapter(definition, settings, surroundings) },
    new Redactor(secrets, new Set(Object.keys(definition.settings))),
    surroundings,
    policy,
  );
}

/** A backend's name, the log for its breaches, and who measures it; default: nobody. */
export type Hosted = Pick<BackendHost, 'organization' | 'name' | 'log'> & { readonly observer?: BackendObserver };

/**
 * Makes any backend safe to call. Does nothing until the first call.
 * @param redactor knows the backend's settings, and the secrets among them
 */
export function hostAdapter(adapter: Adapter, redactor: Redactor, host: Hosted, policy: HostPolicy): HostedBackend {
  const instance = new AdapterLifecycle(adapter, redactor);
  const cache = new ValueCache({ organization: host.organization, backend: host.name }, policy);
  const breached: ReportBreach = (operation, problem, trail) =>
    host.log('warn', 'the adapter broke the contract', {
      operation,
      problem,
      ...(trail !== undefined && { trail }),
    });
  const caller = new CallPipeline(instance, policy, redactor, () => cache.invalidate(), breached, host.observer);
  const reader = new Reader(caller, cache, policy, redactor, host.observer);
  const lister = new Lister(caller, policy, redactor, (names) => cache.learnNames(names), host.observer);
  const checker = new Checker(caller, policy.deadlineMs);
  const unobserve = host.observer?.opened(() => checker.health);
  const changed: Changes['changed'] = (ref) => {
    cache.invalidate(ref);
    reader.invalidate();
    lister.invalidate();
  };
  const calls = new OpenCalls();
  const methods = optionalMethods(adapter.capabilities, {
    calls,
    caller,
    redactor,
    deadlineMs: policy.deadlineMs,
    changed,
  });

  const close = async (): Promise<void> => {
    await calls.end();
    unobserve?.();
    changed();
    try {
      await withinDeadline(endless, policy.deadlineMs, async () => (await instance.pending())?.backend.close());
    } catch (thrown) {
      host.log('warn', 'a backend did not close', { code: redactor.error(thrown).code });
    }
  };
  let closing: Promise<void> | undefined;

  return {
    get capabilities() {
      return instance.created?.capabilities ?? adapter.capabilities;
    },
    ready: () =>
      calls.run(() => withinDeadline(endless, policy.deadlineMs, async () => (await instance.get()).capabilities)),
    async *list(query, context) {
      const { secrets, unlisted, unnameable } = await calls.run(() => lister.listAged(query, context));
      yield { secrets, unlisted, unnameable };
    },
    listAged: (query, context, maxAgeMs) => calls.run(() => lister.listAged(query, context, maxAgeMs)),
    cachedAgeMs: (ref) => cache.fresh(ref)?.ageMs,
    read: async (refs, context) =>
      (await calls.run(() => reader.readAged(refs, context))).map(({ outcome }) => outcome),
    readAged: (refs, context) => calls.run(() => reader.readAged(refs, context)),
    check: (context) => calls.run(() => checker.check(context)),
    health: () => checker.health,
    forgetNames: () => lister.invalidate(),
    invalidate() {
      caller.endPause();
      changed();
    },
    close: () => (closing ??= close()),
    ...methods,
  };
}

const endless: CallContext = { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY };
