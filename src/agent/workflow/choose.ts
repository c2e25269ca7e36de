import { relative } from 'node:path';
import { nearMatches } from '@kici-dev/secret-backend';
import { AgentError } from '../agent-error.ts';
import type { LoadedProject, LoadedWorkflow } from './load-project.ts';

/** The workflow of that name, or the only one. @throws AgentError */
export function chooseWorkflow(
  { workflows, broken }: LoadedProject,
  wanted: string | undefined,
  root: string,
): LoadedWorkflow {
  const names = workflows.map(({ workflow }) => workflow.name);
  const matching = wanted === undefined ? workflows : workflows.filter(({ workflow }) => workflow.name === wanted);
  const [first, second] = matching;
  if (first !== undefined && second === undefined && (wanted !== undefined || broken.length === 0)) return first;
  if (first !== undefined && second !== undefined && wanted !== undefined) {
    throw new AgentError(
      'workflow_invalid',
      `${matching.map(({ file }) => relative(root, file)).join(' and ')} both define the workflow ${JSON.stringify(wanted)}`,
      'give each workflow a name of its own',
    );
  }
  if (broken.length > 0) {
    throw new AgentError(
      'workflow_invalid',
      `${broken.map(({ file }) => file).join(' and ')} cannot be used; the problems are shown above`,
      names.length === 0 ? 'correct what they name' : `correct what they name, or run one of ${names.join(', ')}`,
    );
  }
  if (wanted === undefined)
    throw new AgentError('workflow_not_found', 'there are several workflows', `name one of ${names.join(', ')}`);
  const near = nearMatches(wanted, names);
  throw new AgentError(
    'workflow_not_found',
    `there is no workflow ${JSON.stringify(wanted)}`,
    near.length === 0 ? `the workflows are ${names.join(', ')}` : `did you mean ${near.join(' or ')}?`,
  );
}
