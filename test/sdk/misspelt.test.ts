import { describe, expect, it } from 'vitest';
import { job, pullRequest, push, step, workflow, WorkflowDefinitionError, type Workflow } from '@kici-dev/sdk';
import { checkFileOptions } from '../../src/agent/mounts/file-options.ts';

/** As an unchecked workflow would pass it. */
const untyped = (value: object) => JSON.parse(JSON.stringify(value));
const run = (): void => undefined;
const good = (): ReturnType<typeof job> => job('j', { runsOn: 'default', steps: [step('s', run)] });

describe('an option that there is not', () => {
  it.each<[string, string, () => Workflow]>([
    [
      'on.brances',
      'did you mean branches?',
      () => workflow('w', { on: push(untyped({ brances: ['main'] })), jobs: [good()] }),
    ],
    [
      'on[0].Branches',
      'did you mean branches?',
      () => workflow('w', { on: [pullRequest(untyped({ Branches: ['main'] }))], jobs: [good()] }),
    ],
    [
      'on.tags',
      'the options are branches, paths',
      () => workflow('w', { on: pullRequest(untyped({ tags: ['v1'] })), jobs: [good()] }),
    ],
    ['job', 'did you mean jobs?', () => workflow('w', { on: push(), jobs: [good()], ...untyped({ job: [] }) })],
    [
      'jobs[0].enviroment',
      'did you mean environment?',
      () =>
        workflow('w', {
          on: push(),
          jobs: [job('j', { runsOn: 'default', steps: [step('s', run)], ...untyped({ enviroment: 'x' }) })],
        }),
    ],
    [
      'jobs[0].secret',
      'did you mean secrets?',
      () =>
        workflow('w', {
          on: push(),
          jobs: [job('j', { runsOn: 'default', steps: [step('s', run)], ...untyped({ secret: ['A'] }) })],
        }),
    ],
    [
      'jobs[0].container.imgae',
      'did you mean image?',
      () =>
        workflow('w', {
          on: push(),
          jobs: [
            job('j', {
              runsOn: 'default',
              container: { image: 'a', ...untyped({ imgae: 'b' }) },
              steps: [step('s', run)],
            }),
          ],
        }),
    ],
    [
      'jobs[0].steps[0].timout',
      'did you mean timeout?',
      () =>
        workflow('w', {
          on: push(),
          jobs: [job('j', { runsOn: 'default', steps: [step('s', untyped({ timout: 5 }), run)] })],
        }),
    ],
    [
      'jobs[0].colour',
      'the options are name, runsOn',
      () =>
        workflow('w', {
          on: push(),
          jobs: [job('j', { runsOn: 'default', steps: [step('s', run)], ...untyped({ colour: 'x' }) })],
        }),
    ],
  ])('%s is an error: %s', (path, hint, make) => {
    expect(make).toThrow(WorkflowDefinitionError);
    expect(make).toThrow(`${path}: there is no such option; ${hint}`);
  });

  it.each([
    [{ sources: ['A'], devider: '' }, 'there is no option "devider"; did you mean divider?'],
    [{ sources: ['A'], Mode: 0o600 }, 'there is no option "Mode"; did you mean mode?'],
    [
      { sources: ['A'], colour: 1 },
      'there is no option "colour"; the options are sources, divider, finalNewline, mode, name',
    ],
  ])('of a file is an error: %j', (options, message) => {
    expect(() => checkFileOptions(options)).toThrow(message);
  });
});
