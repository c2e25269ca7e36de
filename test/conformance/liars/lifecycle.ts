import { unknown } from '@kici-dev/secret-backend';
import type { Liar } from './liar.ts';

export const lifecycleLiars: readonly Liar[] = [
  {
    lie: 'writes although it was aborted',
    caught: 'abort.before.write',
    tell: (honest) => ({
      write: (entry, context) =>
        honest.write(entry, context.signal.aborted ? { ...context, signal: new AbortController().signal } : context),
    }),
  },
  {
    lie: 'goes on waiting when a read is aborted',
    caught: 'abort.during.read',
    tell: (honest) => ({
      read: (refs, context) =>
        honest.read(
          refs,
          refs.length !== 1 || context.signal.aborted
            ? context
            : { ...context, signal: AbortSignal.timeout(context.deadline - Date.now()) },
        ),
    }),
  },
  {
    lie: 'answers a read after closing',
    caught: 'close.rejects',
    tell(honest) {
      let closed = false;
      return {
        read: async (refs, context) => (closed ? refs.map(() => unknown('closed')) : honest.read(refs, context)),
        async close() {
          closed = true;
          await honest.close();
        },
      };
    },
  },
  {
    lie: 'cannot be closed twice',
    caught: 'close.twice',
    tell(honest) {
      let closed = false;
      return {
        async close() {
          if (closed) throw new Error('closed already');
          closed = true;
          await honest.close();
        },
      };
    },
  },
  {
    lie: 'keeps a timer after closing',
    caught: 'close.releases',
    tell: (honest) => ({
      async check(context) {
        setTimeout(() => undefined, 7_000);
        return honest.check(context);
      },
    }),
  },
];
