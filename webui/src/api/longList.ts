/**
 * How a list is read that somebody scrolls through: page by page, and not again by itself, for that would be every page
 * that was read. What nobody looked at for a minute is forgotten.
 */
export const LONG_LIST = {
  pageParamKey: "pageToken",
  getNextPageParam: nextPage,
  staleTime: Infinity,
  gcTime: 60_000,
} as const;

/** Where the next page is; undefined after the last one. */
export function nextPage({ nextPageToken }: { readonly nextPageToken: string }): string | undefined {
  return nextPageToken === "" ? undefined : nextPageToken;
}
