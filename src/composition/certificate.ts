import type { Logger } from 'pino';
import { CertificateError, openCertificate, type Certificate } from '../orchestrator/http/certificate.ts';
import type { ServerSettings } from './settings.ts';
import { StartError } from './start-error.ts';

/** How soon a new certificate is used. */
export const certificateLookedAtMs = 10_000;

/**
 * The certificate that the settings name, if they do.
 * @throws StartError `invalid_configuration`
 */
export async function certificateOf({ tls }: ServerSettings, log: Logger): Promise<Certificate | undefined> {
  if (tls === undefined) return undefined;
  try {
    return await openCertificate(tls, {
      changed(endsAt) {
        log.info({ endsAt: new Date(endsAt).toISOString() }, 'a new certificate is used');
      },
      refused(problem) {
        log.error({ problem }, 'the new certificate cannot be used: the one before is kept');
      },
    });
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    throw new StartError(
      'invalid_configuration',
      `the certificate cannot be used: ${error.message}`,
      'correct --tls-cert-file and --tls-key-file, or KICI_TLS_CERT_FILE and KICI_TLS_KEY_FILE',
    );
  }
}
