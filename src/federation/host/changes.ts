import {
  BackendError,
  type BackendCapabilities,
  type CallContext,
  type ScopeStore,
  type SecretBackend,
  type SecretRef,
  type SecretWrite,
} from '@kici-dev/secret-backend';
import type { Redactor } from './answers/redact.ts';
import { checkCount, checkDeleteReceipt, checkScopes, checkVersions, checkWriteReceipt } from './answers/receipts.ts';
import { mayRepeatRead, mayRepeatWrite, type CallPipeline } from './call-pipeline.ts';
import type { Created } from './adapter-lifecycle.ts';
import { withinDeadline } from './layers/deadline.ts';
import type { OpenCalls } from './open-calls.ts';

export type OptionalMethods = Pick<SecretBackend, 'write' | 'delete' | 'versions' | 'restore' | 'declare' | 'scopes'>;

type Run<T> = (created: Created, context: CallContext) => Promise<T>;

export interface Changes {
  readonly calls: OpenCalls;
  readonly caller: CallPipeline;
  readonly redactor: Redactor;
  readonly deadlineMs: number;
  /** Called when the secret, or by default any secret, may have changed. */
  readonly changed: (ref?: Pick<SecretRef, 'scope' | 'key'>) => void;
}

/** The methods that a type declares; if an instance declares less, they reject with `unsupported`. */
export function optionalMethods(declared: BackendCapabilities, changes: Changes): OptionalMethods {
  const { calls, caller, redactor, deadlineMs, changed } = changes;
  const looking = redactor.about({ refusal: 'read_refused' });
  const look = <T>(context: CallContext, run: Run<T>): Promise<T> =>
    calls.run(() =>
      withinDeadline(context, deadlineMs, (inner) =>
        caller.call(inner, mayRepeatRead, { operation: 'look', redactor: looking, run }),
      ),
    );
  const change = async <T>(context: CallContext, ref: SecretRef | SecretWrite | undefined, run: Run<T>): Promise<T> => {
    const about = redactor.about({
      refusal: 'write_refused',
      ...(ref !== undefined && { scope: ref.scope, key: ref.key }),
    });
    const told = ref !== undefined && 'value' in ref ? about.with(ref.value) : about;
    try {
      return await calls.run(() =>
        withinDeadline(context, deadlineMs, (inner) =>
          caller.call(inner, mayRepeatWrite, {
            operation: 'change',
            redactor: told,
            // An abandoned change may still be made later.
            run: (created, own) => run(created, own).finally(() => changed(ref)),
          }),
        ),
      );
    } finally {
      changed(ref);
    }
  };
  return {
    ...(declared.write && {
      write: (entry, context) =>
        change(context, entry, async (created, own) =>
          checkWriteReceipt(await writable(created, entry).write?.(entry, own)),
        ),
    }),
    ...(declared.delete && {
      delete: (ref, context) =>
        change(context, ref, async (created, own) =>
          checkDeleteReceipt(await able(created, 'delete').delete?.(ref, own)),
        ),
    }),
    ...(declared.versions && {
      versions: (ref, context) =>
        look(context, async (created, own) => checkVersions(await able(created, 'versions').versions?.(ref, own))),
    }),
    ...(declared.restore && {
      restore: (ref, context) =>
        change(context, ref, async (created, own) =>
          checkWriteReceipt(await able(created, 'restore').restore?.(ref, own)),
        ),
    }),
    ...(declared.declare && {
      declare: (ref, context) =>
        change(context, ref, async (created, own) => {
          await able(created, 'declare').declare?.(ref, own);
        }),
    }),
    ...(declared.scopes && { scopes: scopeStore(look, (context, run) => change(context, undefined, run)) }),
  };
}

type Way = <T>(context: CallContext, run: Run<T>) => Promise<T>;

function scopeStore(look: Way, change: Way): ScopeStore {
  return {
    list: (context) =>
      look(context, async (created, own) => checkScopes(await able(created, 'scopes').scopes?.list(own))),
    create: (scope, context) =>
      change(context, async (created, own) => {
        await able(created, 'scopes').scopes?.create(scope, own);
      }),
    rename: (from, to, context) =>
      change(context, async (created, own) => {
        await able(created, 'scopes').scopes?.rename(from, to, own);
      }),
    delete: (scope, context) =>
      change(context, async (created, own) => checkCount(await able(created, 'scopes').scopes?.delete(scope, own))),
  };
}

/** @throws BackendError `unsupported` */
function able({ backend, capabilities }: Created, name: keyof OptionalMethods): SecretBackend {
  if (!capabilities[name] || backend[name] === undefined) throw new BackendError('unsupported');
  return backend;
}

/** @throws BackendError if the backend could not store the value or obey the condition */
function writable(created: Created, { value, expectedVersion }: SecretWrite): SecretBackend {
  const { compareAndSet, maxValueBytes, binary } = created.capabilities;
  if (expectedVersion !== undefined && !compareAndSet)
    throw new BackendError('unsupported', { detail: 'the backend has no conditional writes (check-and-set)' });
  if (value.byteLength > maxValueBytes)
    throw new BackendError('too_large', {
      detail: `the value has ${value.byteLength} bytes, and the backend takes at most ${maxValueBytes}`,
    });
  if (!binary && value.text() === undefined)
    throw new BackendError('unsupported', { detail: 'the backend takes text only, and the value is not UTF-8' });
  return able(created, 'write');
}
