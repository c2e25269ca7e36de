import { inspect } from 'node:util';
import { SecretValue, type Settings } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';
import { gcpDefinition } from '../../index.ts';
import { loopbackHost } from '../support/host.ts';
import { serviceAccountJson, workloadIdentityJson } from './credentials.ts';

const base: Settings = {
  project: 'acme-production',
  layout: 'secret-per-key',
  naming: 'escaped',
  transport: 'grpc',
  'auth.method': 'service-account',
};

function problems(changes: Settings): string[] {
  return (gcpDefinition.validate?.({ ...base, ...changes }) ?? []).map(({ field, problem }) => `${field}: ${problem}`);
}

const federated = (source: unknown, changes: Readonly<Record<string, unknown>> = {}): Settings => ({
  'auth.method': 'workload-identity',
  'auth.credentials': workloadIdentityJson(source, changes),
});

describe('settings are refused', () => {
  it.each<[string, Settings, string]>([
    [
      'a token service of somebody else',
      { 'auth.credentials': serviceAccountJson({ token_uri: 'https://evil.example/token' }) },
      'token_uri names the host "evil.example"',
    ],
    [
      "a host that only looks like Google's",
      { 'auth.credentials': serviceAccountJson({ token_uri: 'https://oauth2.googleapis.com.evil.example/token' }) },
      "neither Google's",
    ],
    [
      "a host of Google's where others put files",
      { 'auth.credentials': serviceAccountJson({ token_uri: 'https://storage.googleapis.com/bucket/token' }) },
      "neither Google's",
    ],
    [
      'a user name before the host',
      { 'auth.credentials': serviceAccountJson({ token_uri: 'https://oauth2.googleapis.com@evil.example/' }) },
      'token_uri is not a URL',
    ],
    [
      'plain http',
      { 'auth.credentials': serviceAccountJson({ token_uri: 'http://oauth2.googleapis.com/token' }) },
      'token_uri is not https',
    ],
    [
      'a key that is none',
      { 'auth.credentials': serviceAccountJson({ private_key: 'hunter2' }) },
      'lacks client_email, or an RSA key',
    ],
    [
      'another universe',
      { 'auth.credentials': serviceAccountJson({ universe_domain: 'example.com' }) },
      'another universe_domain',
    ],
    [
      'JSON of another type',
      { 'auth.credentials': workloadIdentityJson({ file: '/token' }) },
      'not a JSON object of the type service_account',
    ],
    ['no JSON', { 'auth.credentials': SecretValue.fromText('hunter2') }, 'it is not JSON'],
    ['neither JSON nor file', {}, 'either this or auth.credentialsFile'],
    ['both', { 'auth.credentials': serviceAccountJson(), 'auth.credentialsFile': '/x' }, 'not both'],
    [
      'a program',
      federated({ executable: { command: '/bin/sh -c id' } }),
      'credential_source.executable is not accepted',
    ],
    [
      'a program beside a file',
      federated({ file: '/token', executable: { command: 'id' } }),
      'credential_source.executable is not accepted',
    ],
    [
      'the surroundings of an AWS machine',
      federated({ environment_id: 'aws1', regional_cred_verification_url: 'https://sts.amazonaws.com' }),
      'credential_source.environment_id is not accepted',
    ],
    ['a client certificate', federated({ certificate: {} }), 'credential_source.certificate is not accepted'],
    [
      'an identity provider that is not allowed',
      federated({ url: 'https://idp.example/token' }),
      'credential_source.url names the host "idp.example"',
    ],
    ['the metadata server', federated({ url: 'http://169.254.169.254/token' }), 'credential_source.url is not https'],
    [
      'an exchange of somebody else',
      federated({ file: '/token' }, { token_url: 'https://sts.example/v1/token' }),
      'token_url names the host',
    ],
    [
      'an impersonation of somebody else',
      federated({ file: '/token' }, { service_account_impersonation_url: 'https://iam.example/' }),
      'service_account_impersonation_url names the host',
    ],
    [
      'an impersonation that is not text',
      federated({ file: '/token' }, { service_account_impersonation_url: 7 }),
      'service_account_impersonation_url is not a URL',
    ],
    ['two sources', federated({ file: '/token', url: 'https://sts.googleapis.com' }), 'either a file or a url'],
    [
      'headers that are none',
      federated({ url: 'https://sts.googleapis.com', headers: { 'bad name': 'x' } }),
      'are not headers',
    ],
    [
      'a JSON format without a field',
      federated({ file: '/token', format: { type: 'json' } }),
      'lacks subject_token_field_name',
    ],
    ['a missing token', { 'auth.method': 'token' }, 'auth.token: it is missing'],
    [
      'a token of several lines',
      { 'auth.method': 'token', 'auth.token': SecretValue.fromText('hunter2\nhunter2') },
      'auth.token: it is not an access token',
    ],
    [
      'a token of nothing but a line end',
      { 'auth.method': 'token', 'auth.token': SecretValue.fromText('\n') },
      'auth.token: it is not an access token',
    ],
    [
      'a token that is not text',
      { 'auth.method': 'token', 'auth.token': SecretValue.fromBytes(Uint8Array.of(0xff)) },
      'auth.token: it is not an access token',
    ],
    [
      'plain http to another machine',
      { endpoint: 'http://secretmanager.example' },
      'endpoint: plain http would show secrets',
    ],
    ['an address with a path', { endpoint: 'https://secretmanager.googleapis.com/v1' }, 'more than a host and a port'],
    [
      'an address with credentials',
      { endpoint: 'https://user:hunter2@secretmanager.googleapis.com' },
      'more than a host and a port',
    ],
    ['an address that is none', { 'auth.iamEndpoint': 'iam' }, 'auth.iamEndpoint: the address is not an http'],
    ['a flat scope that is none', { naming: 'flat', scope: 'a//b' }, 'scope: a scope has no empty segment'],
  ])('for %s', (_, changes, problem) => {
    const found = problems(changes);
    expect(found.join('\n')).toContain(problem);
    expect(inspect(found)).not.toContain('hunter2');
    expect(() => gcpDefinition.create({ ...base, ...changes }, loopbackHost())).toThrow(
      expect.objectContaining({ code: 'misconfigured' }),
    );
  });

  it("for the machine's own credentials where the server does not allow them", () => {
    expect(() => gcpDefinition.create({ ...base, 'auth.method': 'ambient' }, loopbackHost())).toThrow(
      expect.objectContaining({ code: 'misconfigured', message: expect.stringContaining('does not allow') }),
    );
  });
});

describe('settings are taken', () => {
  it.each<[string, Settings]>([
    [
      "Google's own token services",
      { 'auth.credentials': serviceAccountJson({ token_uri: 'https://oauth2.googleapis.com/token' }) },
    ],
    [
      'regional ones',
      federated({ file: '/token' }, { token_url: 'https://sts.europe-west4.rep.googleapis.com/v1/token' }),
    ],
    [
      'a host that the operator allows',
      {
        ...federated({ url: 'https://token.actions.githubusercontent.com/x' }),
        'auth.allowedHosts': 'idp.example, token.actions.githubusercontent.com',
      },
    ],
    [
      'a host with its port',
      {
        'auth.credentials': serviceAccountJson({ token_uri: 'https://idp.example:8443/' }),
        'auth.allowedHosts': 'idp.example:8443',
      },
    ],
    [
      'plain http to this machine',
      { 'auth.method': 'token', 'auth.token': SecretValue.fromText('x'), endpoint: 'http://[::1]:8080' },
    ],
  ])('for %s', (_, changes) => {
    expect(problems(changes)).toEqual([]);
  });
});
