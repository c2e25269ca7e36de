import { type Conformance } from '@kici-dev/secret-backend-conformance';
import { describeLane, missingVariable, startHttpFake } from '@kici-dev/secret-backend-conformance/testing';
import { proveAlsoThroughHost } from '@kici-dev/secret-backend-conformance/through-host';
import { describe, test } from 'node:test';

declare const overStandIn: Conformance;
declare const overServer: Conformance;

proveAlsoThroughHost({ describe, test }, overStandIn);

const lane = { name: 'my-store', missing: missingVariable('MY_STORE_ADDRESS', 'a server to test with') };
describeLane({ describe, test }, lane, () => proveAlsoThroughHost({ describe, test }, overServer));

/** A stand-in for a service that knows one name. */
export const standIn = await startHttpFake({
  answer: ({ url }) => ({ status: url.pathname === '/v1/known' ? 200 : 404, body: '{}' }),
  refusals: {
    server_error: { status: 503, body: '{}' },
    throttle: { status: 429, body: '{}' },
    deny: { status: 403, body: '{}' },
    expire: { status: 401, body: '{}' },
  },
});
