import type { DefinitionProblem } from './errors/workflow-definition-error.ts';
import { nearestName } from './nearest-name.ts';
import { WorkflowDefinitionError } from './errors/workflow-definition-error.ts';
import { maxVariableBytes, variableBytes } from './variable-size.ts';

/** Anything that one line of a log can show. */
const plainName = /^(?! )[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,100}(?<! )$/u;
const environmentName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;
/** A key of an environment, in which `*` stands for any characters. */
const statedKey = /^[A-Za-z_*][A-Za-z0-9_.*-]{0,254}$/;
const maxStatedKeys = 1_000;
const maxStatedPatterns = 100;
const imageName = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,254}$/;
/** Linux has no numbers for more. */
const mostProcesses = 4_194_304;
const limitFields = new Set(['processes', 'memory', 'tmp', 'output']);
const byteSize = /^[1-9]\d{0,6}(?:KiB|MiB|GiB)$/;
/** The longest time that a timer can hold. */
const maxTimeoutMs = 2_147_483_647;

type Report = (path: string, problem: string, hint: string) => void;
type Fields = Readonly<Record<string, unknown>>;

const jobFields = new Set([
  'name',
  'runsOn',
  'environment',
  'secrets',
  'needs',
  'env',
  'network',
  'container',
  'limits',
  'steps',
]);
const triggerFilters = { push: ['branches', 'tags', 'paths'], pull_request: ['branches', 'paths'] } as const;
const stepFields = new Set(['name', 'timeout', 'run']);

/**
 * Checks what an author wrote, which need not have the declared types.
 * @throws WorkflowDefinitionError with every problem
 */
export function validateWorkflow(name: unknown, options: unknown): void {
  const problems: DefinitionProblem[] = [];
  const report: Report = (path, problem, hint) => {
    problems.push({ path, problem, hint });
  };
  checkName(name, 'name', 'a workflow', report);
  const fields = asFields(options);
  if (fields === undefined) report('options', 'they are missing', 'call workflow(name, { on, jobs })');
  else {
    checkUnknown(fields, new Set(['on', 'jobs']), '', report);
    checkTriggers(fields['on'], report);
    checkJobs(fields['jobs'], report);
  }
  if (problems.length > 0) throw new WorkflowDefinitionError(JSON.stringify(name), problems);
}

function checkTriggers(on: unknown, report: Report): void {
  const triggers: unknown[] = Array.isArray(on) ? on : [on];
  if (on === undefined || triggers.length === 0) {
    report('on', 'nothing starts this workflow', "write on: push({ branches: ['main'] })");
    return;
  }
  for (const [index, trigger] of triggers.entries())
    checkTrigger(trigger, Array.isArray(on) ? `on[${index}]` : 'on', report);
}

function checkTrigger(trigger: unknown, path: string, report: Report): void {
  const fields = asFields(trigger);
  if (fields === undefined || (fields['event'] !== 'push' && fields['event'] !== 'pull_request')) {
    report(path, 'it is not a trigger', 'use push(…) or pullRequest(…)');
    return;
  }
  const filters = triggerFilters[fields['event']];
  checkUnknown(fields, new Set(['event', ...filters]), `${path}.`, report);
  for (const filter of filters)
    if (fields[filter] !== undefined && !isStrings(fields[filter]))
      report(`${path}.${filter}`, 'it is not a list of patterns', `write ${filter}: ['main']`);
}

function checkJobs(jobs: unknown, report: Report): void {
  if (!Array.isArray(jobs) || jobs.length === 0) {
    report('jobs', 'there are none', "write jobs: [job('build', { runsOn: 'default', steps: [ … ] })]");
    return;
  }
  const needs = new Map<string, readonly string[]>();
  for (const [index, entry] of jobs.entries()) {
    const path = `jobs[${index}]`;
    const job = asFields(entry);
    if (job === undefined) {
      report(path, 'it is not a job', 'use job(name, { runsOn, steps })');
      continue;
    }
    checkJob(job, path, report);
    if (typeof job['name'] !== 'string') continue;
    if (needs.has(job['name']))
      report(`${path}.name`, `another job is called ${JSON.stringify(job['name'])}`, 'give each job a name of its own');
    needs.set(job['name'], isStrings(job['needs']) ? job['needs'] : []);
  }
  checkNeeds(needs, report);
}

function checkJob(job: Fields, path: string, report: Report): void {
  checkUnknown(job, jobFields, `${path}.`, report);
  checkName(job['name'], `${path}.name`, 'a job', report);
  const labels = typeof job['runsOn'] === 'string' ? [job['runsOn']] : job['runsOn'];
  if (!isStrings(labels) || labels.length === 0 || labels.includes(''))
    report(`${path}.runsOn`, 'it is not a label', "write runsOn: 'default', or a list of labels");
  if (job['environment'] !== undefined && !matches(job['environment'], environmentName)) {
    report(
      `${path}.environment`,
      'it is not an environment name',
      'a name starts with a letter or digit and has at most 63 of A-Z, a-z, 0-9, ".", "_" and "-"; leave it out for a job without secrets',
    );
  }
  checkSecrets(job, `${path}.secrets`, report);
  if (job['needs'] !== undefined && !isStrings(job['needs']))
    report(`${path}.needs`, 'it is not a list of job names', "write needs: ['build']");
  if (job['network'] !== undefined && typeof job['network'] !== 'boolean')
    report(`${path}.network`, 'it is neither true nor false', 'write network: true');
  checkContainer(job['container'], `${path}.container`, report);
  checkLimits(job['limits'], `${path}.limits`, report);
  checkVariables(job['env'], `${path}.env`, report);
  checkSteps(job['steps'], `${path}.steps`, report);
}

function checkSecrets({ secrets, environment }: Fields, path: string, report: Report): void {
  if (secrets === undefined) return;
  if (!isStrings(secrets)) {
    report(path, 'it is not a list of keys', "write secrets: ['DB_PASSWORD', 'AGE_KEY_*']");
    return;
  }
  if (environment === undefined)
    report(path, 'the job binds no environment that could have them', "add environment: '…' to the job");
  if (secrets.length > maxStatedKeys)
    report(
      path,
      `it has ${secrets.length} entries, and at most ${maxStatedKeys} are allowed`,
      'write several keys as one with *',
    );
  const patterns = secrets.filter((key) => key.includes('*')).length;
  if (patterns > maxStatedPatterns)
    report(
      path,
      `${patterns} of its entries have a *, and at most ${maxStatedPatterns} may`,
      'write several patterns as one',
    );
  for (const [index, key] of secrets.entries())
    if (!statedKey.test(key))
      report(
        `${path}[${index}]`,
        'it is not a key',
        'a key starts with a letter or "_" and has at most 255 of A-Z, a-z, 0-9, "_", "." and "-"; * stands for any of them',
      );
}

function checkContainer(container: unknown, path: string, report: Report): void {
  if (container === undefined) return;
  const fields = asFields(container);
  if (fields === undefined) {
    report(path, 'it is not an object', "write container: { image: 'debian:stable' }");
    return;
  }
  checkUnknown(fields, new Set(['image']), `${path}.`, report);
  if (!matches(fields['image'], imageName))
    report(
      `${path}.image`,
      'it cannot name an image',
      "write it as the container engine does, such as image: 'debian:stable'",
    );
}

function checkLimits(limits: unknown, path: string, report: Report): void {
  if (limits === undefined) return;
  const fields = asFields(limits);
  if (fields === undefined) {
    report(path, 'it is not an object', "write limits: { memory: '512MiB' }");
    return;
  }
  checkUnknown(fields, limitFields, `${path}.`, report);
  const { processes, ...sizes } = fields;
  if (Number.isSafeInteger(processes) && Number(processes) > mostProcesses)
    report(`${path}.processes`, `no system runs more than ${mostProcesses} processes`, 'lower it, or leave it out');
  else if (processes !== undefined && !(Number.isSafeInteger(processes) && Number(processes) > 0))
    report(`${path}.processes`, 'it is not a number of processes', 'write a whole number, such as processes: 200');
  for (const [name, size] of Object.entries(sizes))
    if (limitFields.has(name) && size !== undefined && !matches(size, byteSize))
      report(`${path}.${name}`, 'it is not a size', `write a whole number of KiB, MiB or GiB: ${name}: '512MiB'`);
}

function checkVariables(env: unknown, path: string, report: Report): void {
  if (env === undefined) return;
  const fields = asFields(env);
  if (fields === undefined) report(path, 'it is not an object', "write env: { NAME: 'value' }");
  else
    for (const [name, value] of Object.entries(fields)) {
      if (!variableName.test(name))
        report(
          `${path}.${name}`,
          'no shell can read a variable of this name',
          'use letters, digits and "_", with no digit first',
        );
      if (typeof value !== 'string' || value.includes('\0'))
        report(`${path}.${name}`, 'its value is not text', 'write it in quotes');
      else if (variableBytes(name, value) > maxVariableBytes)
        report(
          `${path}.${name}`,
          `it takes ${variableBytes(name, value)} bytes, and no program can be started with a variable that takes more than ${maxVariableBytes}`,
          'put the value in a file',
        );
    }
}

function checkSteps(steps: unknown, path: string, report: Report): void {
  if (!Array.isArray(steps) || steps.length === 0) {
    report(path, 'there are none', "write steps: [step('build', async (ctx) => { … })]");
    return;
  }
  for (const [index, entry] of steps.entries()) {
    const at = `${path}[${index}]`;
    const step = asFields(entry);
    if (step === undefined) {
      report(at, 'it is not a step', 'use step(name, async (ctx) => { … })');
      continue;
    }
    checkUnknown(step, stepFields, `${at}.`, report);
    checkName(step['name'], `${at}.name`, 'a step', report);
    if (typeof step['run'] !== 'function')
      report(`${at}.run`, 'it is not a function', 'the last argument of step() is async (ctx) => { … }');
    const timeout = step['timeout'];
    if (
      timeout !== undefined &&
      !(typeof timeout === 'number' && Number.isInteger(timeout) && timeout > 0 && timeout <= maxTimeoutMs)
    ) {
      report(
        `${at}.timeout`,
        'it is not a number of milliseconds',
        `write a whole number from 1 to ${maxTimeoutMs}, such as timeout: 60_000`,
      );
    }
  }
}

/** Every need is a job, and none waits for itself. */
function checkNeeds(needs: ReadonlyMap<string, readonly string[]>, report: Report): void {
  const names = [...needs.keys()];
  for (const [index, name] of names.entries()) {
    for (const need of needs.get(name) ?? []) {
      if (!needs.has(need))
        report(`jobs[${index}].needs`, `there is no job ${JSON.stringify(need)}`, `the jobs are ${names.join(', ')}`);
    }
    if (reaches(name, name, needs, new Set()))
      report(
        `jobs[${index}].needs`,
        `the job ${JSON.stringify(name)} waits for itself`,
        'remove one of the needs to break the circle',
      );
  }
}

function reaches(
  from: string,
  wanted: string,
  needs: ReadonlyMap<string, readonly string[]>,
  seen: Set<string>,
): boolean {
  return (needs.get(from) ?? []).some((need) => {
    if (need === wanted) return true;
    if (seen.has(need)) return false;
    seen.add(need);
    return reaches(need, wanted, needs, seen);
  });
}

function checkName(name: unknown, path: string, what: string, report: Report): void {
  if (!matches(name, plainName))
    report(
      path,
      `it cannot name ${what}`,
      'use 1 to 100 characters that one line can show, with no space at either end',
    );
}

function checkUnknown(fields: Fields, known: ReadonlySet<string>, prefix: string, report: Report): void {
  const options = [...known].filter((option) => option !== 'run' && option !== 'event');
  for (const name of Object.keys(fields)) {
    if (known.has(name)) continue;
    const near = nearestName(name, options);
    report(
      `${prefix}${name}`,
      'there is no such option',
      near === undefined ? `the options are ${options.join(', ')}` : `did you mean ${near}?`,
    );
  }
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}
