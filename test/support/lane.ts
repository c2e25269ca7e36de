import { describeLane as describeLaneOf, type Lane } from '@kici-dev/secret-backend-conformance/testing';
import { describe, it } from 'vitest';

export { missingVariable, type Lane } from '@kici-dev/secret-backend-conformance/testing';

export function describeLane(lane: Lane, body: () => void): void {
  describeLaneOf({ describe, test: it }, lane, body);
}
