import {
  BackendError,
  type CallContext,
  type ListPage,
  type ListQuery,
  type SecretDescriptor,
  type UnnameableSecret,
} from '@kici-dev/secret-backend';
import { pagesOf } from '@kici-dev/secret-backend-aws/access';
import type { SsmConfig } from '../config.ts';
import { placeOf } from '../names.ts';
import type { ParameterService } from './service.ts';

/** MaxResults of DescribeParameters (API model). */
const pageSize = 50;

/** DescribeParameters returns names alone; GetParametersByPath would return values, ten per page. */
export async function* list(
  { path }: SsmConfig,
  service: ParameterService,
  { scope, depth }: ListQuery,
  context: CallContext,
): AsyncGenerator<ListPage> {
  const below = scope === undefined ? path : `${path}/${scope}`;
  const Option = depth === 'tree' ? 'Recursive' : 'OneLevel';
  const ParameterFilters = [{ Key: 'Path', Option, Values: [below === '' ? '/' : below] }];
  const seen = new Set<string>();
  const ask = (next: { NextToken?: string }) =>
    service.call(context, 'DescribeParameters', (client, options) =>
      client.describeParameters({ MaxResults: pageSize, ParameterFilters, ...next }, options),
    );
  for await (const { Parameters } of pagesOf('DescribeParameters', ask)) {
    if (Parameters === undefined)
      throw new BackendError('bad_answer', { detail: 'DescribeParameters: the answer has no list' });
    const secrets: SecretDescriptor[] = [];
    const unnameable: UnnameableSecret[] = [];
    for (const { Name: name, Version, LastModifiedDate } of Parameters) {
      if (name === undefined)
        throw new BackendError('bad_answer', { detail: 'DescribeParameters: an entry has no name' });
      if (seen.has(name) || (name.startsWith('/') && !name.startsWith(`${below}/`))) continue;
      seen.add(name);
      const place = placeOf(path, name);
      if ('reason' in place) unnameable.push({ name, reason: place.reason });
      else if (depth === 'tree' || place.scope === scope)
        secrets.push({
          ...place,
          ...(Version !== undefined && { version: `${Version}` }),
          ...(LastModifiedDate !== undefined && { updatedAt: LastModifiedDate.toISOString() }),
        });
    }
    yield { secrets, ...(unnameable.length > 0 && { unnameable }) };
  }
}
