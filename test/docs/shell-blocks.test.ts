import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readPages, root, shellBlocks } from './markdown.ts';

/** Pages whose shell blocks are run, each by the test that does it. */
const run: Readonly<Record<string, string>> = {
  'README.md': 'test/docs/transcripts.test.ts',
  'docs/audit.md': 'test/docs/transcripts.test.ts',
  'docs/dashboard-write-policy.md': 'test/docs/transcripts.test.ts',
  'docs/how-to.md': 'test/docs/how-to.test.ts',
  'docs/input-modes.md': 'test/docs/input-modes.test.ts',
  'docs/operators.md': 'test/docs/transcripts.test.ts',
  'docs/quick-start.md': 'test/docs/quick-start.test.ts',
  'docs/reading-values.md': 'test/docs/reading-values.test.ts',
  'docs/workflow-authors.md': 'test/docs/transcripts.test.ts',
  'docs/writing-a-backend.md': 'test/docs/writing-a-backend.test.ts',
};

const packed = 'test/packaging/published.test.ts packs, installs and runs';
const cloud =
  "it would reach a service outside of this machine; commands.test.ts judges every parameter, and the backend's own tests have the rest";
/** Blocks that are not run, by their page and their first words, each with the reason. */
const notRun: Readonly<Record<string, string>> = {
  'CONTRIBUTING.md: npm ci': 'these are the tests, and what runs them',
  'CONTRIBUTING.md: .ci/setup': '.ci/run does this',
  'README.md: npm ci': 'these are the tests; test/e2e runs the demo',
  'README.md: npm run build': packed,
  'docs/dashboard.md: npx kici-orchestrator': 'it stays open; test/dashboard serves the page and signs in',
  'docs/backends/aws.md: kici-admin backend add': cloud,
  'docs/backends/gcp.md: kici-admin backend add': cloud,
  'docs/backends/gcp.md: gcloud iam roles': "Google's own program, for Google's service",
  'docs/backends/sops.md: kici-admin backend add': 'test/e2e and backends/sops/test have a folder and a program for it',
  'docs/backends/ssm.md: kici-admin backend add': cloud,
  'docs/backends/vault.md: kici-admin backend add': cloud,
  'docs/deploy/container.md: docker build': 'test/deploy/image.test.ts builds and starts it',
  'docs/deploy/compose.md: docker': 'test/deploy/compose.test.ts does the same, with the images that it has',
  'docs/deploy/compose.md: openssl': 'test/deep/deploy.test.ts does the same',
  'docs/deploy/kubernetes.md: kubectl': 'no cluster; test/deploy/chart.test.ts renders the chart and checks it',
  'docs/deploy/systemd.md: npm install': 'it changes the machine; test/deploy/systemd.test.ts checks the unit',
  'docs/operations/telemetry.md: KICI_METRICS_PORT=': 'it stays open; test/telemetry starts servers with it',
  'docs/operations/telemetry.md: OTEL_EXPORTER_OTLP_ENDPOINT=': 'it stays open; test/telemetry starts servers with it',
  'docs/sandboxes.md: kici run test': 'test/agent/limits.test.ts gives these limits in every sandbox',
  'src/federation/README.md: [': 'what a program prints, which examples of the packaging tests print',
  'src/cli/admin/scaffold/template/memory/README.md: npm install': packed,
  'src/cli/admin/scaffold/template/http/README.md: npm install': packed,
};

it('every shell block is run by a test, or says why not', async () => {
  // Generated from the programs themselves, whose examples commands.test.ts tries.
  const pages = (await readPages()).filter(({ path }) => path !== 'docs/cli.md');
  const blocks = pages.flatMap((page) => shellBlocks(page).map((block) => `${page.path}: ${block}`));
  const reasonOf = (block: string): string | undefined =>
    Object.keys(notRun).find((start) => block.startsWith(start)) ?? run[block.slice(0, block.indexOf(':'))];
  expect(blocks.filter((block) => reasonOf(block) === undefined)).toEqual([]);
  expect(Object.keys(notRun).filter((start) => !blocks.some((block) => block.startsWith(start)))).toEqual([]);
  expect(Object.keys(run).filter((page) => !blocks.some((block) => block.startsWith(`${page}: `)))).toEqual([]);
});

it.each(Object.entries(run))('the blocks of %s are run by %s', (page, test) => {
  expect(existsSync(join(root, test))).toBe(true);
  expect(readFileSync(join(root, test), 'utf8')).toContain(page);
});
