/** Reads an image; throws when there is none. */
export type FetchImage = (imageId: string, signal: AbortSignal) => Promise<Blob>;

export interface ImageState {
  readonly status: "none" | "loading" | "shown" | "failed";
  readonly url: string | undefined;
}

interface Entry {
  state: ImageState;
  readonly listeners: Set<() => void>;
  readonly abort: AbortController;
}

const NONE: ImageState = { status: "none", url: undefined };
const LOADING: ImageState = { status: "loading", url: undefined };
const FAILED: ImageState = { status: "failed", url: undefined };

/**
 * Faces as blob URLs: the token goes in a header, so an <img> cannot load them by itself. Keeps the last
 * ones that nobody shows any more, and gives the memory of older ones back.
 */
export class ImageStore {
  readonly #fetch: FetchImage;
  readonly #keep: number;
  readonly #entries = new Map<string, Entry>();

  constructor(options: { fetch: FetchImage; keep?: number }) {
    this.#fetch = options.fetch;
    this.#keep = options.keep ?? 200;
  }

  state(imageId: string): ImageState {
    if (imageId === "") return NONE;
    return this.#entries.get(imageId)?.state ?? LOADING;
  }

  /** Loads the image while somebody listens. */
  subscribe(imageId: string, listener: () => void): () => void {
    if (imageId === "") return () => undefined;
    let entry = this.#entries.get(imageId);
    if (entry?.state.status === "failed" && entry.listeners.size === 0) entry = undefined;
    entry ??= this.#load(imageId);
    // Used last, so dropped last.
    this.#entries.delete(imageId);
    this.#entries.set(imageId, entry);
    entry.listeners.add(listener);
    return () => {
      entry.listeners.delete(listener);
      this.#dropUnused();
    };
  }

  clear(): void {
    for (const [imageId, entry] of this.#entries) this.#drop(imageId, entry);
  }

  #load(imageId: string): Entry {
    const entry: Entry = { state: LOADING, listeners: new Set(), abort: new AbortController() };
    void this.#fetch(imageId, entry.abort.signal).then(
      (blob) => {
        if (this.#entries.get(imageId) !== entry) return;
        this.#settle(entry, { status: "shown", url: URL.createObjectURL(blob) });
      },
      () => {
        this.#settle(entry, FAILED);
      },
    );
    return entry;
  }

  #settle(entry: Entry, state: ImageState): void {
    entry.state = state;
    for (const listener of entry.listeners) listener();
  }

  #dropUnused(): void {
    if (this.#entries.size <= this.#keep) return;
    for (const [imageId, entry] of this.#entries) {
      if (this.#entries.size <= this.#keep) return;
      if (entry.listeners.size === 0) this.#drop(imageId, entry);
    }
  }

  #drop(imageId: string, entry: Entry): void {
    this.#entries.delete(imageId);
    entry.abort.abort();
    if (entry.state.url !== undefined) URL.revokeObjectURL(entry.state.url);
  }
}
