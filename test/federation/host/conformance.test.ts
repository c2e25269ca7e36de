import { describe, it } from 'vitest';
import { memoryCapabilities, memoryHarness, runConformance } from '@kici-dev/secret-backend-conformance';
import { throughHost } from '@kici-dev/secret-backend-conformance/through-host';

runConformance(
  { describe, test: it },
  { name: 'memory through the host', capabilities: memoryCapabilities, harness: throughHost(memoryHarness()) },
);
runConformance(
  { describe, test: it },
  {
    name: 'memory through the host with its caches',
    capabilities: memoryCapabilities,
    harness: throughHost(memoryHarness(), { cacheMaxAgeMs: 60_000, serveStaleMs: 60_000 }),
  },
);
