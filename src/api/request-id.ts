/** Carries a client's id for one request; the answer has it too. */
export const requestIdHeader = 'x-request-id';
