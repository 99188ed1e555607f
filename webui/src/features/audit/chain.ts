/** A place where the numbers of a log do not follow each other. */
export interface Gap {
  readonly first: bigint;
  readonly last: bigint;
}

/** The newest gap between entries that came newest first; undefined when every number is there. */
export function gapIn(entries: readonly { readonly sequence: bigint }[]): Gap | undefined {
  for (const [at, { sequence }] of entries.entries()) {
    const older = entries[at + 1];
    if (older && older.sequence !== sequence - 1n) return { first: sequence, last: older.sequence };
  }
  return undefined;
}
