import { keepOutput } from './output.ts';
import { keepWorkerOutput } from './worker-output.ts';

// Runs before the code of every thread that an author starts.
keepOutput();
keepWorkerOutput();
