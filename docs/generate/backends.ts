import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackendCapabilities } from '@kici-dev/secret-backend';
import { awsDefinition } from '@kici-dev/secret-backend-aws';
import { gcpDefinition } from '@kici-dev/secret-backend-gcp';
import { sopsDefinition } from '@kici-dev/secret-backend-sops';
import { ssmDefinition } from '@kici-dev/secret-backend-ssm';
import { vaultDefinition } from '@kici-dev/secret-backend-vault';
import { capabilities as internalCapabilities } from '../../backends/internal/capabilities.ts';
import { table } from './errors.ts';

/** Where a backend's suite runs, according to its package. */
export interface Proof {
  readonly on: string;
  /** The lane's name in its tests; absent if nothing is needed. */
  readonly lane?: string;
  /** Somebody else's stand-in for the service, not the service itself. */
  readonly emulator?: true;
}

interface ShippedBackend {
  readonly type: string;
  readonly title: string;
  readonly capabilities: BackendCapabilities;
}

/** Every backend of the repository. */
export const shippedBackends: readonly ShippedBackend[] = [
  { type: 'internal', title: 'Internal store', capabilities: internalCapabilities },
  vaultDefinition,
  awsDefinition,
  ssmDefinition,
  gcpDefinition,
  sopsDefinition,
];

export function proofsOf(type: string): readonly Proof[] {
  const path = join(import.meta.dirname, '../../backends', type, 'package.json');
  const manifest: { readonly provenOn?: readonly Proof[] } = JSON.parse(readFileSync(path, 'utf8'));
  return manifest.provenOn ?? [];
}

const abilities = [
  'write',
  'delete',
  'compareAndSet',
  'versions',
  'versionPins',
  'restore',
  'declare',
  'binary',
] as const;

/** What each backend can do and where that is proven. */
export function backendsPage(): string {
  return (
    [
      '# Backends',
      'What the shipped backends can do, by their own manifests, and what each is proven on by the conformance kit. A backend that is proven on a stand-in alone does what its service is documented to do; on an emulator, what its makers found out; on the real thing, what that does.',
      '## Maturity',
      table(
        ['backend', 'proven on', 'maturity'],
        shippedBackends.map(({ type, title }) => [
          type === 'internal' ? title : `[${title}](${type}.md)`,
          proofsOf(type)
            .map(({ on, lane }) => (lane === undefined ? on : `${on} (lane \`${lane}\`)`))
            .join(', '),
          maturityOf(type),
        ]),
      ),
      '## Capabilities',
      'The most that an instance of the type can do; its settings, such as a layout or an older protocol, may take some away. [What each promises](../writing-a-backend.md#what-a-definition-says).',
      table(
        ['capability', ...shippedBackends.map(({ type }) => type)],
        [
          ...abilities.map((name) => [
            `\`${name}\``,
            ...shippedBackends.map(({ capabilities }) => (capabilities[name] ? 'yes' : '')),
          ]),
          ...(['listConsistency', 'readBatchSize', 'maxValueBytes'] as const).map((name) => [
            `\`${name}\``,
            ...shippedBackends.map(({ capabilities }) => String(capabilities[name])),
          ]),
        ],
      ),
    ].join('\n\n') + '\n'
  );
}

function maturityOf(type: string): string {
  const servers = proofsOf(type).filter(({ lane }) => lane !== undefined);
  if (type === 'internal' || servers.some(({ emulator }) => emulator !== true)) return 'proven on the real thing';
  return servers.length > 0 ? 'proven on emulators' : 'proven on a stand-in';
}
