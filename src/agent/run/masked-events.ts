import type { Masker } from '@kici-dev/secret-masker';
import type { Emit, RunEvent } from './events.ts';

/** Masks what the agent itself reports: names, paths and errors in it come from steps. */
export function maskEvents(emit: Emit, masker: Masker): Emit {
  const masked = (text: string | undefined): string | undefined => (text === undefined ? text : masker.mask(text));
  const clean = (event: RunEvent): RunEvent => {
    switch (event.type) {
      case 'notice':
        return { ...event, message: masker.mask(event.message) };
      case 'step_finished':
        if (event.error === undefined) return event;
        return {
          ...event,
          error: masker.mask(event.error),
          ...(event.at === undefined ? {} : { at: { ...event.at, file: masker.mask(event.at.file) } }),
        };
      case 'job_finished': {
        const [error, hint] = [masked(event.error), masked(event.hint)];
        return { ...event, ...(error !== undefined && { error }), ...(hint !== undefined && { hint }) };
      }
      case 'workflow_started':
      case 'job_started':
      case 'step_started':
      case 'output':
      case 'workflow_finished':
        return event;
    }
  };
  return (event, pace) => {
    emit(clean(event), pace);
  };
}
