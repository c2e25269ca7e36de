import { defineCapabilities, type BackendCapabilities } from '@kici-dev/secret-backend';

/** The most that `Names` of GetParameters takes (API model ssm/2014-11-06). */
export const readBatchSize = 10;

/**
 * The largest value per tier (API reference, PutParameter, `Tier`); the last one chooses the tier that a value needs.
 */
export const valueLimits = { Standard: 4_096, Advanced: 8_192, 'Intelligent-Tiering': 8_192 } as const;

export type Tier = keyof typeof valueLimits;

export function capabilitiesOf(tier: Tier): BackendCapabilities {
  return defineCapabilities({
    write: true,
    delete: true,
    // PutParameter takes no condition on the version that it replaces.
    compareAndSet: false,
    versionPins: true,
    versions: true,
    restore: true,
    // Every parameter has a value.
    declare: false,
    scopes: false,
    // `Value` of PutParameter is text.
    binary: false,
    // DescribeParameters answers on a best-effort basis (API reference).
    listConsistency: 'eventual',
    listReadsValues: false,
    readBatchSize,
    maxValueBytes: valueLimits[tier],
  });
}
