import { expect, it } from 'vitest';
import { newRequestId } from '../../src/api/new-request-id.ts';

it('names each request by a random UUID of version 4', () => {
  const ids = Array.from({ length: 500 }, newRequestId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(new Set(ids.map((id) => id[19])).size).toBe(4);
});
