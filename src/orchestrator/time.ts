/**
 * A time in the API's format.
 * @param milliseconds since the Unix epoch
 */
export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
