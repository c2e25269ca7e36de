import { MaskError } from '@kici-dev/sdk';
import { bounds } from '../channel/bounds.ts';
import type { Requests } from './requests.ts';

/** `ctx.mask`: resolves when the agent masks the value in everything printed from here on. @throws MaskError */
export async function maskValue(requests: Requests, value: unknown): Promise<void> {
  if (typeof value !== 'string' && !(value instanceof Uint8Array))
    throw new MaskError(
      'invalid_value',
      `mask takes text or bytes, and was given ${value === null ? 'null' : typeof value}`,
    );
  const bytes = Buffer.from(value);
  if (bytes.byteLength > bounds.maskedValueBytes)
    throw new MaskError(
      'mask_limit',
      `the value has ${bytes.byteLength} bytes, and mask takes at most ${bounds.maskedValueBytes}; mask the parts of it that are secret`,
    );
  const answer = await requests.ask({ kind: 'mask', value: bytes.toString('base64') });
  if (answer.status === 'mask_refused') throw new MaskError('mask_limit', answer.message);
}
