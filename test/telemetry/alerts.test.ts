import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { metrics, type MetricDescription } from '../../src/telemetry/metrics.ts';
import { describeLane } from '../support/lane.ts';
import { promtoolLane } from './support/promtool.ts';

const root = new URL('../../', import.meta.url);
const page = new URL('docs/operations/alerts.yml', root);

const ruleFile = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Kici[A-Z]\w+$/),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
          annotations: z.strictObject({ summary: z.string(), runbook: z.string() }),
        }),
      ),
    }),
  ),
});
const rules = ruleFile.parse(parse(await readFile(page, 'utf8'))).groups.flatMap((group) => group.rules);

/** Every name that Prometheus would store a metric under, with its labels. */
const stored = new Map<string, readonly string[]>();
for (const [name, { kind, labels }] of Object.entries<MetricDescription>(metrics))
  if (kind !== 'histogram') stored.set(name, labels);
  else for (const end of ['_bucket', '_sum', '_count']) stored.set(`${name}${end}`, [...labels, 'le']);
/** Those that Prometheus adds: the series of a target's state, and its own labels. */
const ofPrometheus = { metric: 'up', labels: ['job', 'instance'] };
const prefixes = /\b(?:kici|http|db|process|nodejs)_\w+/g;

describe.each(rules)('the alert $alert', ({ alert, expr, annotations }) => {
  it('asks for metrics and labels that there are', () => {
    const selectors = [...expr.matchAll(/([a-z]\w*)\{([^}]*)\}/g)];
    const labelNames = (text: string) => [...text.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label);
    const inSelectors = selectors.flatMap(([, , inner = '']) => labelNames(inner));
    const names = [...expr.matchAll(prefixes)].map(([name]) => name).filter((name) => !inSelectors.includes(name));
    if (!expr.startsWith(ofPrometheus.metric)) expect(names).not.toEqual([]);
    for (const name of names) expect([...stored.keys()]).toContain(name);
    for (const [, name = '', inner = ''] of selectors) {
      const known = name === ofPrometheus.metric ? [] : (stored.get(name) ?? []);
      expect([...known, ...ofPrometheus.labels]).toEqual(expect.arrayContaining(labelNames(inner)));
    }
  });

  it('has a runbook of its name that says what to do', async () => {
    const text = await readFile(new URL(annotations.runbook, root), 'utf8');
    expect(text).toMatch(new RegExp(`^# ${alert}\n`));
    expect(text).toContain('## What to do\n- ');
  });
});

it('no runbook is left without its alert', async () => {
  const pages = await readdir(new URL('docs/operations/runbooks', root));
  expect(pages.map((name) => `docs/operations/runbooks/${name}`).toSorted()).toEqual(
    rules.map(({ annotations }) => annotations.runbook).toSorted(),
  );
});

describeLane(promtoolLane, () => {
  const promtool = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.env['KICI_TEST_PROMTOOL'] ?? '', args, {
      cwd: import.meta.dirname,
    });
    return stdout;
  };

  it('takes the rules', async () => {
    expect(await promtool('check', 'rules', page.pathname)).toContain(`${rules.length} rules found`);
  });

  it('sees each alert fire where it must, and none where nothing is wrong', async () => {
    const cases = await readFile(new URL('alerts.promtool.yml', import.meta.url), 'utf8');
    for (const { alert } of rules) expect(cases).toContain(`alertname="${alert}"`);
    expect(await promtool('test', 'rules', 'alerts.promtool.yml')).toContain('SUCCESS');
  });
});
