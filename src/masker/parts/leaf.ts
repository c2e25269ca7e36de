/** A string in a document, with the name before it; '' for none. */
export interface Leaf {
  readonly name: string;
  readonly value: string;
  /** The name of the list or map that it stands in. */
  readonly owner?: string;
  /** Its name may belong to something else, so it does not make the value public. */
  readonly isLoose?: true;
  /** Its place holds only credentials. */
  readonly isCredential?: true;
}
