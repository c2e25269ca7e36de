import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { configurationItems } from '../../src/cli/orchestrator/configuration-items.ts';
import { version } from '../../src/api/version.ts';
import { parseDuration } from '../../src/cli/duration.ts';
import { httpLimits } from '../../src/orchestrator/http/limits.ts';
import { describeLane, missingVariable } from '../support/lane.ts';
import { deployFolder, run } from './support/image.ts';

const chart = join(deployFolder, 'chart');
const lane = {
  name: 'chart',
  missing:
    missingVariable('KICI_TEST_HELM', 'Helm') ??
    missingVariable('KICI_TEST_KUBERNETES_VALIDATE', 'the schemas of Kubernetes'),
};

const least = {
  image: { repository: 'registry.example.com/kici' },
  publicUrls: ['https://kici.example.com'],
  secretKey: { existingSecret: 'kici-key' },
  database: { url: 'postgres://kici@db.example.com/kici?sslmode=verify-full', existingSecret: 'kici-database' },
};

const sets: Readonly<Record<string, object>> = {
  least,
  'one replica': { ...least, replicas: 1 },
  everything: {
    ...least,
    image: { repository: 'registry.example.com/kici', digest: `sha256:${'0'.repeat(64)}`, pullSecrets: ['registry'] },
    database: { ...least.database, migrationUrl: 'postgresql://owner@db.example.com/kici?sslmode=verify-full' },
    tls: { existingSecret: 'kici-tls' },
    configuration: { logLevel: 'debug', allowAddresses: ['10.0.0.0/8'], ambientCredentials: true, port: undefined },
    metrics: { enabled: true },
    service: { type: 'LoadBalancer', port: 443, annotations: { 'example.com/internal': 'true' } },
    networkPolicy: {
      from: [{ namespaceSelector: { matchLabels: { team: 'ci' } } }],
      metricsFrom: [{ namespaceSelector: {} }],
      egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
    },
    host: '::',
    extraEnv: [
      { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://collector:4318' },
      { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    ],
    extraVolumes: [{ name: 'authority', configMap: { name: 'authority' } }],
    extraVolumeMounts: [{ name: 'authority', mountPath: '/etc/authority', readOnly: true }],
    podLabels: { team: 'ci' },
    podAnnotations: { 'example.com/note': 'a "quoted": note' },
    nodeSelector: { 'kubernetes.io/arch': 'amd64' },
    tolerations: [{ key: 'ci', operator: 'Exists' }],
    affinity: { nodeAffinity: {} },
    nameOverride: 'secrets',
  },
  OpenShift: { ...least, podSecurityContext: { runAsUser: null, runAsGroup: null, fsGroup: null } },
};

/** Each makes Helm say which value is meant. */
const refused: Readonly<Record<string, [values: object, about: string]>> = {
  'no values': [{}, '/database/existingSecret'],
  'a missing secret': [{ ...least, secretKey: { existingSecret: '' } }, '/secretKey/existingSecret'],
  'a password in the URL': [
    { ...least, database: { ...least.database, url: 'postgres://kici:pass@db/kici' } },
    '/database/url',
  ],
  'a name that ends the line': [{ ...least, fullnameOverride: 'a\nkind: Secret' }, '/fullnameOverride'],
  'a name of templates': [{ ...least, nameOverride: '{{ .Values }}' }, '/nameOverride'],
  'an image of two words': [{ ...least, image: { repository: 'kici --privileged' } }, '/image/repository'],
  'a secret that is a path': [{ ...least, secretKey: { existingSecret: '../other' } }, '/secretKey/existingSecret'],
  'an entry that is a path': [
    { ...least, database: { ...least.database, passwordKey: '../../key' } },
    '/database/passwordKey',
  ],
  'a public URL with a comma': [{ ...least, publicUrls: ['https://a.example,https://b.example'] }, '/publicUrls/0'],
  'a setting of the chart itself': [{ ...least, configuration: { dataDir: '/app' } }, '/configuration'],
  'a host of one machine': [{ ...least, host: '127.0.0.1' }, '/host'],
  'a variable without a name': [{ ...least, extraEnv: [{ value: 'x' }] }, '/extraEnv/0'],
  'a volume that is mounted nowhere': [{ ...least, extraVolumeMounts: [{ name: 'x' }] }, '/extraVolumeMounts/0'],
  'a value that nobody knows': [{ ...least, replica: 3 }, "additional properties 'replica'"],
};

let folder: string;
async function helm(command: string, values: object, ...args: readonly string[]): Promise<string> {
  const file = join(folder, `${crypto.randomUUID()}.json`);
  await writeFile(file, JSON.stringify(values));
  return run(process.env['KICI_TEST_HELM'] ?? '', [...command.split(' '), chart, '--values', file, ...args]);
}

async function render(values: object): Promise<string> {
  return helm('template release', values, '--namespace', 'ci');
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly [{ readonly env: readonly { readonly name: string; readonly value?: string }[] }];
      };
    };
  };
}

function manifestsOf(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((one) => one.toJS());
}

describeLane(lane, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kici-chart-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(Object.entries(sets))(
    'with %s it makes what Kubernetes takes, in its oldest release and the newest',
    async (_, values) => {
      expect(await helm('lint', values, '--strict')).toContain('0 chart(s) failed');
      const file = join(folder, `${crypto.randomUUID()}.yaml`);
      const text = await render(values);
      await writeFile(file, text);
      for (const release of ['1.27', '1.37']) {
        // oxlint-disable-next-line no-await-in-loop -- two
        await run(process.env['KICI_TEST_KUBERNETES_VALIDATE'] ?? '', ['--strict', '--quiet', '-k', release, file]);
      }
      const pods = manifestsOf(text).filter(({ kind }) => ['Deployment', 'Job'].includes(kind));
      expect(pods).toHaveLength(2);
      for (const { spec } of pods)
        expect(spec.template.spec).toMatchObject({
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              resources: { limits: { memory: expect.any(String) } },
            },
          ],
        });
    },
  );

  it.each(Object.entries(refused))('refuses %s', async (_, [values, about]) => {
    await expect(render(values)).rejects.toMatchObject({ stderr: expect.stringContaining(about) });
  });

  it('gives the program only variables and settings that it knows', async () => {
    const manifests = manifestsOf(await render(sets['everything'] ?? {}));
    const known = new Set<string>([
      ...Object.values(configurationItems).map(({ variable }) => variable),
      'KICI_CONFIG',
    ]);
    const variables = manifests
      .filter(({ kind }) => ['Deployment', 'Job'].includes(kind))
      .flatMap(({ spec }) => spec.template.spec.containers[0].env)
      .map(({ name }) => name);
    expect(variables).toContain('KICI_METRICS_PORT');
    expect(variables.filter((name) => !known.has(name))).toEqual([
      'KICI_URL',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'NODE_NAME',
    ]);
    const [map] = manifests.filter(({ kind }) => kind === 'ConfigMap');
    expect(map).toMatchObject({
      data: {
        'configuration.json': JSON.stringify({
          allowAddresses: ['10.0.0.0/8'],
          ambientCredentials: true,
          logLevel: 'debug',
        }),
      },
    });
  });

  it('lets the orchestrators ask the name servers of nodes, which may be link-local', async () => {
    const policy = manifestsOf(await render(least)).find(({ kind }) => kind === 'NetworkPolicy');
    expect(policy).toMatchObject({
      spec: {
        egress: [
          { to: expect.any(Array) },
          {
            ports: [
              { port: 53, protocol: 'UDP' },
              { port: 53, protocol: 'TCP' },
            ],
          },
        ],
      },
    });
  });

  it('moves the tables first, waits for pods to be ready, and lets go of one at a time', async () => {
    const manifests = manifestsOf(await render(least));
    const of = (kind: string): Manifest | undefined => manifests.find((one) => one.kind === kind);
    expect(of('Job')?.metadata).toMatchObject({
      annotations: {
        'helm.sh/hook': 'pre-install,pre-upgrade',
        'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
      },
    });
    const orchestrators = of('Deployment');
    const labels = { 'app.kubernetes.io/name': 'kici', 'app.kubernetes.io/instance': 'release' };
    const asked = (path: string) => ({ httpGet: { path, port: 'http', scheme: 'HTTP' } });
    expect(orchestrators?.spec).toMatchObject({
      selector: { matchLabels: labels },
      strategy: { rollingUpdate: { maxUnavailable: 0 } },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              startupProbe: asked('/health/ready'),
              readinessProbe: asked('/health/ready'),
              livenessProbe: asked('/health/live'),
            },
          ],
        },
      },
    });
    expect(of('PodDisruptionBudget')?.spec).toEqual({ maxUnavailable: 1, selector: { matchLabels: labels } });
  });

  it('gives a pod time for its drain delay and for the requests that are under way then', async () => {
    const pod = manifestsOf(await render(least)).find(({ kind }) => kind === 'Deployment')?.spec.template.spec;
    const delay = pod?.containers[0].env.find(({ name }) => name === 'KICI_DRAIN_DELAY')?.value;
    expect(delay).toBe('10s');
    const { bodyTimeoutMs: inFlightMs } = httpLimits();
    expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan((Number(parseDuration('10s')) + inFlightMs) / 1_000);
  });

  it('is the chart of this version of the product', async () => {
    const shown = await run(process.env['KICI_TEST_HELM'] ?? '', ['show', 'chart', chart]);
    expect(parseAllDocuments(shown)[0]?.toJS()).toMatchObject({ version, appVersion: version });
  });
});
