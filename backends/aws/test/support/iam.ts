import { region } from '../fake/fake-aws.ts';

/** For services that only tests call, on emulators, which ignore signatures. */
function headers(service: string): Record<string, string> {
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  };
}

async function query(endpoint: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: headers('iam'),
    body: new URLSearchParams({ Version: '2010-05-08', ...parameters }),
  });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`${parameters['Action']}: ${body}`);
  return body;
}

/** @returns the ARN of a role with these policies */
export async function createRole(endpoint: string, name: string, policies: readonly string[]): Promise<string> {
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
  });
  const role = await query(endpoint, { Action: 'CreateRole', RoleName: name, AssumeRolePolicyDocument: trust });
  for (const [index, policy] of policies.entries())
    await query(endpoint, {
      Action: 'PutRolePolicy',
      RoleName: name,
      PolicyName: `policy-${index}`,
      PolicyDocument: policy,
    });
  return /<Arn>([^<]+)<\/Arn>/.exec(role)?.[1] ?? '';
}

/** @returns the ARN of a new key */
export async function createKey(endpoint: string): Promise<string> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      ...headers('kms'),
      'x-amz-target': 'TrentService.CreateKey',
      'content-type': 'application/x-amz-json-1.1',
    },
    body: '{}',
  });
  const body: unknown = await answer.json();
  return /"Arn":"([^"]+)"/.exec(JSON.stringify(body))?.[1] ?? '';
}

/** A user that may only assume roles. */
export async function createUser(
  endpoint: string,
  name: string,
): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  const assuming = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }],
  });
  await query(endpoint, { Action: 'CreateUser', UserName: name });
  await query(endpoint, { Action: 'PutUserPolicy', UserName: name, PolicyName: 'assume', PolicyDocument: assuming });
  const key = await query(endpoint, { Action: 'CreateAccessKey', UserName: name });
  const member = (element: string): string => new RegExp(`<${element}>([^<]+)</${element}>`).exec(key)?.[1] ?? '';
  return { accessKeyId: member('AccessKeyId'), secretAccessKey: member('SecretAccessKey') };
}
