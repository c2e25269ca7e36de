import { memoryCapabilities, memoryHarness, runConformance } from '@kici-dev/secret-backend-conformance';
import { describe, it } from 'vitest';

runConformance(
  { describe, test: it },
  { name: 'memory (reference)', capabilities: memoryCapabilities, harness: memoryHarness() },
);
