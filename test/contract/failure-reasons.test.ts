import {
  BackendError,
  connectionReason,
  describeFailure,
  failureCodes,
  failureReasons,
  hintOf,
  isFailureReason,
  isReasonOf,
  unknown,
  wrongSetting,
} from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';

const reasons = Object.keys(failureReasons).filter(isFailureReason);

describe('reasons of a failure', () => {
  it.each(reasons)('%s says what happened, what to do next, and with which codes it comes', (reason) => {
    const { of, meaning, hint } = failureReasons[reason];
    expect(of.length).toBeGreaterThan(0);
    for (const code of of) {
      expect(Object.hasOwn(failureCodes, code)).toBe(true);
      expect(isReasonOf(code, reason)).toBe(true);
      expect(describeFailure({ code, reason })).toBe(`${failureCodes[code].meaning}: ${meaning} [${code}] [${reason}]`);
      expect(hintOf({ code, reason })).toBe(hint);
    }
  });

  it('are a closed set, without prototype names', () => {
    for (const text of ['toString', '__proto__', 'constructor', '', 'nope']) expect(isFailureReason(text)).toBe(false);
  });

  it('come with an error, its message, its hint and its outcome', () => {
    const error = new BackendError('unreachable', { reason: 'connection_refused' });
    expect(error.message).toContain(`${failureReasons.connection_refused.meaning} [unreachable] [connection_refused]`);
    expect(error.hint).toBe(failureReasons.connection_refused.hint);
    expect(error.toOutcome()).toEqual({ status: 'unknown', code: 'unreachable', reason: 'connection_refused' });
    expect(unknown('wrong_shape', undefined, 'not_a_json_object')).toEqual({
      status: 'unknown',
      code: 'wrong_shape',
      reason: 'not_a_json_object',
    });
  });

  it('name the setting that is wrong', () => {
    const error = wrongSetting('tls.ca', 'it is not PEM');
    expect(error).toMatchObject({ code: 'misconfigured', reason: 'setting_wrong', about: 'tls.ca' });
    expect(describeFailure(error)).toContain('(tls.ca)');
  });
});

describe('why a connection failed', () => {
  const of = (code: string, message = ''): unknown => Object.assign(new Error(message), { code });
  it.each([
    ['ENOTFOUND', 'name_not_resolved'],
    ['EAI_AGAIN', 'name_not_resolved'],
    ['ECONNREFUSED', 'connection_refused'],
    ['ETIMEDOUT', 'connection_timed_out'],
    ['UND_ERR_CONNECT_TIMEOUT', 'connection_timed_out'],
    ['EHOSTUNREACH', 'no_route'],
    ['ECONNRESET', 'connection_reset'],
    ['UND_ERR_SOCKET', 'connection_reset'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate_untrusted_by_system'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate_for_another_name'],
    ['CERT_NOT_YET_VALID', 'certificate_not_yet_valid'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'client_certificate_refused'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls_failed'],
    ['EPROTO', undefined],
    ['SOMETHING_ELSE', undefined],
  ])('%s: %s', (code, reason) => {
    expect(connectionReason(of(code)).reason).toBe(reason);
    expect(connectionReason(new Error('outer', { cause: of(code) })).reason).toBe(reason);
    expect(connectionReason(new AggregateError([of(code)])).reason).toBe(reason);
  });

  it('is told by words alone where no code says it, and keeps none of them', () => {
    expect(connectionReason(of('EPROTO', 'write EPROTO x:error:y:SSL routines:z:wrong version number:'))).toEqual({
      reason: 'not_tls',
    });
    expect(connectionReason({ message: 'Last error: Error: connect ECONNREFUSED 127.0.0.1:1' })).toEqual({
      reason: 'connection_refused',
    });
    expect(connectionReason(new Error('canary'))).toEqual({});
    for (const other of [undefined, null, 'ECONNREFUSED', 7, {}]) expect(connectionReason(other)).toEqual({});
  });

  it('names the setting of the authorities, where the connection goes by one', () => {
    const error = of('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(connectionReason(error)).toEqual({ reason: 'certificate_untrusted_by_system' });
    expect(connectionReason(error, 'tls.ca')).toEqual({ reason: 'certificate_untrusted_by_setting', about: 'tls.ca' });
  });
});
