/** What is known at once, or has to be waited for: whoever asks often and needs no turn for it pays for none. */
export type Soon<T> = T | Promise<T>;

/** Goes on with what is known: at once, if it is. */
export function whenKnown<T, R>(soon: Soon<T>, then: (known: T) => Soon<R>): Soon<R> {
  return soon instanceof Promise ? soon.then(then) : then(soon);
}
