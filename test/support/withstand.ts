import type { ReadOutcome } from '@kici-dev/secret-backend';
import { longestHoldDuring } from './hold.ts';
import type { Attack } from './hostile-services.ts';
import { context, hostScripted, path, ref } from './scripted-backend.ts';

export interface Withstood {
  /** The results of a read and a list: `found`, `absent`, `listed` or a failure code. */
  readonly outcomes: readonly string[];
  /** The longest work without a pause, in milliseconds of this thread's own time. */
  readonly heldMs: number;
  /** Reads of another backend that succeeded meanwhile, and how many did not. */
  readonly others: { readonly served: number; readonly failed: number };
}

/** A read and a list of the hostile service, while another job reads from a good backend in the same process. */
export async function withstand(attack: Attack): Promise<Withstood> {
  const service = await attack.open();
  // The first call loads the client library, which is not under test.
  await service.backend.check(context()).catch(() => undefined);
  const good = hostScripted();
  const others = { served: 0, failed: 0 };
  const ended = new AbortController();
  const goOn = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const [outcome] = await good.read([ref('KEY')], context());
      others[outcome?.status === 'found' ? 'served' : 'failed'] += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  try {
    const going = goOn();
    const { result, heldMs } = await longestHoldDuring(async () => {
      const outcomes = await service.backend.read([ref('K')], context());
      const listed = await service.backend
        .listAged({ depth: 'scope', scope: path('apps') }, context())
        .then(() => 'listed', codeOf);
      const tree = await service.backend.listAged({ depth: 'tree' }, context()).then(() => 'listed', codeOf);
      return [wordOf(outcomes[0]), listed, tree];
    });
    ended.abort();
    await going;
    return { outcomes: result, heldMs, others };
  } finally {
    ended.abort();
    await service.close();
    await good.close();
  }
}

function wordOf(outcome: ReadOutcome | undefined): string {
  return outcome?.status === 'unknown' ? outcome.code : (outcome?.status ?? 'nothing');
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'no code';
}
