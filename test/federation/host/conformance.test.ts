import { describe, it } from 'vitest';
import { memoryCapabilities, memoryHarness, runConformance } from '@kici-dev/secret-backend-conformance';
import { throughHost } from '../../support/through-host.ts';

const quick = { attempts: 1 };

runConformance({ describe, test: it }, { name: 'memory through the host', capabilities: memoryCapabilities, harness: throughHost(memoryHarness()) });
runConformance({ describe, test: it }, { name: 'memory through the host, caching', capabilities: memoryCapabilities, harness: throughHost(memoryHarness(), { ...quick, cacheMaxAgeMs: 60_000, serveStaleMs: 60_000 }) });
