import * as z from 'zod';

// To compile a schema takes longer than the one answer that a command reads with it.
z.config({ jitless: true });

export { operations } from '../../api/registry.ts';
