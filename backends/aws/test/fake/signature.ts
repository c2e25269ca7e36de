import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from './refusal.ts';

const shape =
  /^AWS4-HMAC-SHA256 Credential=([A-Za-z0-9]+)\/[0-9]{8}\/([a-z0-9-]+)\/([a-z]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=[0-9a-f]{64}$/;

/**
 * Checks the shape of a version 4 signature, for the right service and region, over the headers that matter. It is not
 * recomputed: the SDK is not under test.
 * @returns the access key id
 */
export function requireSignature(headers: IncomingHttpHeaders, service: string, region: string): string {
  const { authorization } = headers;
  if (authorization === undefined)
    throw new Refusal('MissingAuthenticationTokenException', 'Missing Authentication Token');
  const [, key, signedRegion, signedService, signedHeaders = ''] = shape.exec(authorization) ?? [];
  const complete = ['host', 'x-amz-date', ...(headers['x-amz-target'] === undefined ? [] : ['x-amz-target'])].every(
    (name) => signedHeaders.split(';').includes(name),
  );
  if (key === undefined || !complete || !/^[0-9]{8}T[0-9]{6}Z$/.test(String(headers['x-amz-date'])))
    throw new Refusal('IncompleteSignatureException', 'Authorization header is incomplete.');
  if (signedService !== service || signedRegion !== region)
    throw new Refusal('InvalidSignatureException', `Credential should be scoped to ${service} in ${region}.`);
  return key;
}
