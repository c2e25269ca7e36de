import { BackendError, wrongSetting, type CallContext } from '@kici-dev/secret-backend';
import { failureOf, isRefusal } from '../vault-error.ts';
import { member, memberText } from '../wire/json.ts';
import { descriptionOf } from './path.ts';
import type { Requests } from './request.ts';

/**
 * Asks what is mounted, even if the settings say it: reading version 1 by version 2's paths would answer that nothing
 * exists. After a refusal the settings decide; it never means version 1.
 * @param mustSee a refusal is a failure: the server describes a mount to everybody with any right below it
 * @throws BackendError
 */
export async function detectVersion(requests: Requests, mustSee: boolean, context: CallContext): Promise<1 | 2> {
  const { mount, kvVersion } = requests.config;
  const answer = await requests.send({ method: 'GET', path: descriptionOf(requests.config) }, context);
  const said = kvVersion === 'auto' ? undefined : kvVersion === '1' ? 1 : 2;
  if (isRefusal(answer)) {
    if (said !== undefined && !mustSee) return said;
    throw new BackendError('permission_denied', {
      reason: 'read_refused',
      detail: `the identity has no permission below the mount ${mount}, or there is no such mount; if the server merely refuses to describe it, set kvVersion`,
    });
  }
  if (answer.status !== 200) {
    if (said !== undefined && answer.status === 404) return said;
    throw answer.status === 404
      ? wrongSetting(
          'kvVersion, namespace',
          'the server does not reveal the version of a mount, or there is no such namespace: set kvVersion, check namespace',
        )
      : failureOf(answer);
  }
  const data = member(answer.body, 'data');
  const path = memberText(data, 'path');
  const type = memberText(data, 'type');
  if (path === undefined || type === undefined) throw failureOf(answer);
  if (path !== `${mount}/`)
    throw wrongSetting(
      'mount, basePath',
      `the mount is ${path.slice(0, -1)}: set mount to it, and put the rest into basePath`,
    );
  if (type !== 'kv' && type !== 'generic') throw wrongSetting('mount', `the mount ${mount} holds no KV engine`);
  const found = memberText(member(data, 'options'), 'version') === '2' ? 2 : 1;
  if (said !== undefined && said !== found)
    throw wrongSetting('kvVersion', `the mount ${mount} is KV version ${found}, and kvVersion says ${said}`);
  return found;
}
