import { readdir } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Instruments } from './instruments.ts';

const resolutionMs = 10;
const nanoseconds = 1e9;
const microseconds = 1e6;

/**
 * What every process has, under the names that Prometheus's own clients use.
 * @returns a function that ends it
 */
export function observeProcess({ observe }: Instruments): () => void {
  const lag = monitorEventLoopDelay({ resolution: resolutionMs });
  lag.enable();
  const startedAt = Date.now() / 1_000 - process.uptime();
  observe('process_cpu_seconds_total', (tell) => {
    const { user, system } = process.cpuUsage();
    tell(user / microseconds, { mode: 'user' });
    tell(system / microseconds, { mode: 'system' });
  });
  observe('process_resident_memory_bytes', (tell) => {
    tell(process.memoryUsage.rss(), {});
  });
  observe('process_start_time_seconds', (tell) => {
    tell(startedAt, {});
  });
  observe('process_open_fds', async (tell) => {
    // Only Linux has this folder, and it counts the descriptor that reads it.
    const names = await readdir('/proc/self/fd').catch(() => undefined);
    if (names !== undefined) tell(names.length - 1, {});
  });
  observe('nodejs_heap_size_used_bytes', (tell) => {
    tell(process.memoryUsage().heapUsed, {});
  });
  // The monitor counts its own interval as well.
  const late = (ns: number): number => Math.max(0, ns / nanoseconds - resolutionMs / 1_000);
  observe('nodejs_eventloop_lag_p50_seconds', (tell) => {
    tell(late(lag.percentile(50)), {});
  });
  observe('nodejs_eventloop_lag_p99_seconds', (tell) => {
    tell(late(lag.percentile(99)), {});
  });
  // The last of them to be asked, in the order in which they were made, begins again.
  observe('nodejs_eventloop_lag_max_seconds', (tell) => {
    tell(late(lag.max), {});
    lag.reset();
  });
  return () => {
    lag.disable();
  };
}
