import * as z from 'zod';

/** How an error travels. Apart from the errors themselves, so that a client's help need not load schemas. */
export const errorBody = z.object({
  error: z.string(),
  message: z.string(),
  hint: z.string(),
  requestId: z.string().optional(),
});
