import { createPublicKey, verify } from 'node:crypto';
import * as z from 'zod';
import { timestamp } from './fields.ts';

/** What an organization's audit log was at some moment: one line of JSON, to be kept where the server cannot write. */
export const auditCheckpoint = z.strictObject({
  kind: z.literal('kici audit checkpoint v1'),
  organization: z.string(),
  sequence: z.int().positive().describe('the newest row'),
  mac: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('of that row, which covers all rows before it'),
  at: timestamp,
  publicKey: z.base64().describe("Ed25519, 32 bytes: the organization's own, for checkpoints alone"),
  signature: z.base64().describe('Ed25519, over the other fields but `publicKey`'),
});
export type AuditCheckpoint = z.output<typeof auditCheckpoint>;

/** A JSON array, so that no two different checkpoints share them. */
export function checkpointBytes({
  kind,
  organization,
  sequence,
  mac,
  at,
}: Omit<AuditCheckpoint, 'publicKey' | 'signature'>): Uint8Array {
  return Buffer.from(JSON.stringify([kind, organization, sequence, mac, at]));
}

/** DER prefix of a public key of Ed25519 (RFC 8410); 32 bytes follow. */
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** Whether the holder of the key that it names has made it; whose key that is, it does not say. */
export function isSigned(checkpoint: AuditCheckpoint): boolean {
  try {
    const der = Buffer.concat([publicPrefix, Buffer.from(checkpoint.publicKey, 'base64')]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return verify(null, checkpointBytes(checkpoint), key, Buffer.from(checkpoint.signature, 'base64'));
  } catch {
    return false;
  }
}
