const KEY = "footfall.reloaded-for";

/**
 * A tab that was open during an update asks for files that are gone. One reload gets the new ones; the
 * mark keeps a file that is really missing from reloading the page for ever.
 */
export function reloadOnStaleChunk(target: Window): void {
  target.addEventListener("vite:preloadError", (event) => {
    const missing = event.payload.message;
    if (target.sessionStorage.getItem(KEY) === missing) return;
    target.sessionStorage.setItem(KEY, missing);
    event.preventDefault();
    target.location.reload();
  });
}
