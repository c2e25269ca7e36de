/**
 * A time as the API writes it.
 * @param milliseconds since the Unix epoch
 */
export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
