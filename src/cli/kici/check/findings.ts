import { join, relative } from 'node:path';
import type { ListedWorkflow } from '../../../agent/run/list-workflows.ts';
import { readModules } from './modules.ts';
import type { KeyUse } from './uses.ts';
import { verdictOf, type Judge, type Verdict } from './verdict.ts';

export interface Finding {
  /** Relative to the project's folder. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly key?: string;
  /**
   * `optional`: the code first asks whether the key exists. `computed`: only a run knows the key. `unread`: the file
   * could not be parsed.
   */
  readonly kind: Exclude<Verdict['kind'], 'available'> | 'optional' | 'computed' | 'unread';
  readonly severity: 'error' | 'note';
  readonly message: string;
}

export interface Findings {
  readonly checked: number;
  /** Literal keys, sorted, each with the jobs whose code names it. */
  readonly named: readonly { readonly key: string; readonly jobs: readonly string[] }[];
  /** Sorted by file and position. */
  readonly findings: readonly Finding[];
}

type Job = ListedWorkflow['jobs'][number];

/** A place that asks for a key, with the jobs that may run it. */
interface Place {
  readonly use: KeyUse;
  readonly file: string;
  readonly uses: readonly KeyUse[];
  readonly jobs: Set<Job>;
}

/**
 * The keys that the workflows' code names but their jobs lack, with the places.
 * @throws ApiError
 */
export async function findProblems(
  root: string,
  workflows: readonly ListedWorkflow[],
  judge: Judge,
): Promise<Findings> {
  const places = new Map<string, Place>();
  const findings: Finding[] = [];
  for (const { file, jobs } of workflows) {
    const { modules, unread } = readModules(join(root, file), root);
    findings.push(...unread.map((one) => unreadFile(relative(root, one))));
    for (const module of modules)
      for (const use of module.uses)
        addUse(places, use, { file: relative(root, module.file), uses: module.uses }, jobs);
  }
  const judged = await Promise.all(
    [...places.values()].map(async ({ use, file, uses, jobs }) =>
      findingOf(use, file, isAskedFirst(use, uses), [...jobs], judge),
    ),
  );
  const all = [...findings, ...judged.flatMap((finding) => finding ?? [])];
  return {
    checked: [...places.values()].filter(({ use }) => use.key !== undefined).length,
    named: namedKeys([...places.values()]),
    findings: all.toSorted((left, right) =>
      left.file === right.file ? left.line - right.line || left.column - right.column : left.file < right.file ? -1 : 1,
    ),
  };
}

/** A use within a job belongs to that job; any other may belong to every job of the workflow. */
function addUse(
  places: Map<string, Place>,
  use: KeyUse,
  module: Pick<Place, 'file' | 'uses'>,
  jobs: readonly Job[],
): void {
  const id = `${module.file}:${use.line}:${use.column}`;
  const place = places.get(id) ?? { use, ...module, jobs: new Set<Job>() };
  const around = jobs.filter(({ name }) => name === use.job);
  for (const job of around.length > 0 ? around : jobs) place.jobs.add(job);
  places.set(id, place);
}

function namedKeys(places: readonly { readonly use: KeyUse; readonly jobs: ReadonlySet<Job> }[]): Findings['named'] {
  const named = new Map<string, Set<string>>();
  for (const { use, jobs } of places) {
    if (use.key === undefined || use.call === 'secrets') continue;
    const names = named.get(use.key) ?? new Set();
    for (const { name } of jobs) names.add(name);
    named.set(use.key, names);
  }
  return [...named].map(([key, jobs]) => ({ key, jobs: [...jobs] })).toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

function unreadFile(file: string): Finding {
  return {
    file,
    line: 1,
    column: 1,
    kind: 'unread',
    severity: 'note',
    message: 'it cannot be parsed, so its keys are not known',
  };
}

function asks({ call }: KeyUse): boolean {
  return call === 'has' || call === 'getMeta';
}

/** Whether the same function asks for the key with `has` or `getMeta`, and so is prepared for its absence. */
function isAskedFirst(use: KeyUse, uses: readonly KeyUse[]): boolean {
  if (use.call === 'secrets') return false;
  return uses.some((other) => asks(other) && other.key === use.key && other.within === use.within);
}

async function findingOf(
  { key, line, column }: KeyUse,
  file: string,
  isOptional: boolean,
  jobs: readonly Job[],
  judge: Judge,
): Promise<Finding | undefined> {
  const place = { file, line, column };
  if (key === undefined)
    return {
      ...place,
      kind: 'computed',
      severity: 'note',
      message: 'the key is computed, so it is not known before it runs',
    };
  const all = await Promise.all(jobs.map(async (job) => verdictOf(key, job, judge)));
  const told = all.flatMap((verdict) => (verdict.kind === 'available' ? [] : [verdict]));
  const [first] = told;
  // Code that several jobs share is fine if one of them has the key.
  if (first === undefined || told.length < all.length) return undefined;
  const unsure = told.find(({ kind }) => kind === 'unavailable' || kind === 'unknown');
  const message = [...new Set(told.map((verdict) => verdict.message))].join('; ');
  if (unsure !== undefined) return { ...place, key, kind: unsure.kind, severity: 'note', message: unsure.message };
  return isOptional
    ? { ...place, key, kind: 'optional', severity: 'note', message: `${message}; the code asks for it first` }
    : { ...place, key, kind: first.kind, severity: 'error', message };
}
