/** A stretch of a pattern without gaps. */
export interface Piece {
  /** The position of its first byte. */
  readonly start: number;
  /** How many bytes of the pattern it stands for. */
  readonly length: number;
  /** The gap itself, where it stands for a byte of the pattern: a line end, or the blank at which text was folded. */
  readonly isGap: boolean;
  /** A line break follows. */
  readonly isLine: boolean;
}

/** Of pieces that stand for a text, those that its last so many bytes lie in. */
export function lastPieces(pieces: readonly Piece[], count: number): Piece[] {
  let rest = count;
  let first = pieces.length;
  while (first > 0 && rest > 0) {
    first -= 1;
    rest -= pieces[first]?.length ?? 0;
  }
  const last = pieces.slice(first);
  const [cut] = last;
  if (cut !== undefined && rest < 0) last[0] = { ...cut, start: cut.start - rest, length: cut.length + rest };
  return last;
}
