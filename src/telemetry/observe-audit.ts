import type { Instruments } from './instruments.ts';
import type { AuditObserver } from './telemetry.ts';

/** How long audit rows take, and how far what vouches for them is behind. */
export function observeAudit({ add, record, observe }: Instruments, now: () => number = Date.now): AuditObserver {
  let pending = 0;
  let durable = 0;
  let anchored = 0;
  let failedAt = 0;
  observe('kici_audit_rows_pending', (tell) => {
    tell(pending, {});
  });
  observe('kici_audit_rows_since_anchor', (tell) => {
    tell(durable - anchored, {});
  });
  observe('kici_audit_last_failure_timestamp_seconds', (tell) => {
    tell(failedAt / 1_000, {});
  });
  // Shown before the first break, so that an increase can be seen.
  add('kici_audit_breaks_total', {}, 0);
  return {
    async appending(append) {
      const started = performance.now();
      pending += 1;
      let status: 'ok' | 'failed' = 'failed';
      try {
        const result = await append();
        status = 'ok';
        durable += 1;
        return result;
      } finally {
        pending -= 1;
        if (status === 'failed') failedAt = now();
        record('kici_audit_append_duration_seconds', (performance.now() - started) / 1_000, { status });
      }
    },
    async anchoring(write) {
      const before = durable;
      try {
        const isWritten = await write();
        if (isWritten) anchored = Math.max(anchored, before);
        return isWritten;
      } catch (error) {
        failedAt = now();
        throw error;
      }
    },
    broken() {
      add('kici_audit_breaks_total', {});
    },
  };
}
