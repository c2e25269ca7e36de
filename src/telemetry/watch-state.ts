import type { Instruments } from './instruments.ts';
import type { WatchedState } from './telemetry.ts';

/** What costs a look into the database is looked up no more often. */
const lookedUpMs = 15_000;
/** Less than a scrape waits for, so that a database that hangs is told rather than left out. */
const readyMs = 3_000;

/** What is looked at when somebody asks for the metrics, and at no other time. */
export function watchState({ observe }: Instruments, state: WatchedState): void {
  const { streams, openJobs, auditBreaks, ready, certificate, checkpoints } = state;
  observe('kici_event_streams', (tell) => {
    tell(streams(), {});
  });
  const jobs = lookedUp(openJobs);
  observe('kici_jobs_open', async (tell) => {
    tell(await jobs(), {});
  });
  observe('kici_ready', async (tell) => {
    tell((await isReady(ready)) ? 1 : 0, {});
  });
  const breaks = lookedUp(auditBreaks);
  observe('kici_audit_breaks_unacknowledged', async (tell) => {
    tell(await breaks(), {});
  });
  if (checkpoints !== undefined) {
    const rows = lookedUp(checkpoints.rowsSince);
    observe('kici_audit_rows_since_checkpoint', async (tell) => {
      tell(await rows(), {});
    });
    observe('kici_audit_checkpoint_wait_seconds', (tell) => {
      tell(checkpoints.waitedMs() / 1_000, {});
    });
    observe('kici_audit_checkpoints_failing', (tell) => {
      tell(checkpoints.problem() === undefined ? 0 : 1, {});
    });
  }
  if (certificate !== undefined) {
    observe('kici_tls_certificate_end_timestamp_seconds', (tell) => {
      tell(certificate.endsAt() / 1_000, {});
    });
    observe('kici_tls_certificate_outdated', (tell) => {
      tell(certificate.problem() === undefined ? 0 : 1, {});
    });
  }
}

async function isReady(ready: () => Promise<void>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, readyMs, false);
  const isServed = ready().then(
    () => true,
    () => false,
  );
  const answer = await Promise.race([isServed, late]);
  clearTimeout(timer);
  return answer;
}

function lookedUp(look: () => Promise<number>): () => Promise<number> {
  let last: { readonly value: Promise<number>; readonly at: number } | undefined;
  return () => {
    if (last === undefined || performance.now() - last.at > lookedUpMs) last = { value: look(), at: performance.now() };
    return last.value;
  };
}
