import type { UploadProgress } from "../../components/faces/enrolment/FaceUploadTile";

type Refused = Omit<Extract<UploadProgress, { phase: "refused" }>, "phase">;

export interface FaceUpload {
  readonly id: string;
  readonly name: string;
  /** A blob URL; undefined for what the browser cannot show. */
  readonly url: string | undefined;
  readonly progress: UploadProgress;
}

interface Parts {
  /** Enrols a picture and answers its quality, 0..1. The same id is the same picture, however often it is sent. */
  readonly send: (picture: Blob, requestId: string, signal: AbortSignal) => Promise<number>;
  /** What a failure of `send` is in words. */
  readonly explain: (error: unknown) => Refused;
  readonly newId: () => string;
}

/** A face is checked in about a second; more at once would only wait in the core. */
const AT_ONCE = 2;

/** Pictures on their way to be enrolled: a few at a time, each by itself, none in the way of another. */
export class FaceUploads {
  readonly #parts: Parts;
  readonly #listeners = new Set<() => void>();
  readonly #pictures = new Map<string, Blob>();
  readonly #running = new Map<string, AbortController>();
  #uploads: readonly FaceUpload[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly current = (): readonly FaceUpload[] => this.#uploads;

  /** Those that are neither accepted nor refused yet. */
  readonly underWay = (): number => this.#uploads.filter(({ progress: { phase } }) => phase === "waiting" || phase === "checking").length;

  /** Begins with more pictures; what was accepted before them has been seen and goes. */
  add(pictures: readonly { readonly name: string; readonly picture: Blob }[]): void {
    this.clearAccepted();
    const added = pictures.map(({ name, picture }) => {
      const id = this.#parts.newId();
      this.#pictures.set(id, picture);
      return { id, name, url: URL.createObjectURL(picture), progress: { phase: "waiting" } as const };
    });
    this.#set([...this.#uploads, ...added]);
    this.#next();
  }

  /** Shows a file that is not sent at all. */
  refuse(name: string, refused: Refused): void {
    this.#set([...this.#uploads, { id: this.#parts.newId(), name, url: undefined, progress: { phase: "refused", ...refused } }]);
  }

  retry(id: string): void {
    if (!this.#pictures.has(id) || this.#running.has(id)) return;
    this.#advance(id, { phase: "waiting" });
    this.#next();
  }

  /** Takes a tile away; a picture that is not through yet is cancelled. */
  dismiss(id: string): void {
    const gone = this.#uploads.find((upload) => upload.id === id);
    if (!gone) return;
    if (gone.url !== undefined) URL.revokeObjectURL(gone.url);
    this.#pictures.delete(id);
    this.#set(this.#uploads.filter((upload) => upload.id !== id));
    this.#running.get(id)?.abort();
  }

  clearAccepted(): void {
    for (const { id, progress } of this.#uploads) if (progress.phase === "accepted") this.dismiss(id);
  }

  /** Cancels what is not through yet and gives all memory back. */
  close(): void {
    for (const { id } of this.#uploads) this.dismiss(id);
  }

  #next(): void {
    while (this.#running.size < AT_ONCE) {
      const upload = this.#uploads.find(({ progress }) => progress.phase === "waiting");
      const picture = upload && this.#pictures.get(upload.id);
      if (!upload || !picture) return;
      void this.#send(upload.id, picture);
    }
  }

  async #send(id: string, picture: Blob): Promise<void> {
    const abort = new AbortController();
    this.#running.set(id, abort);
    this.#advance(id, { phase: "checking" });
    let progress: UploadProgress;
    try {
      progress = { phase: "accepted", quality: await this.#parts.send(picture, id, abort.signal) };
      this.#pictures.delete(id);
    } catch (error) {
      progress = { phase: "refused", ...this.#parts.explain(error) };
    }
    this.#running.delete(id);
    this.#advance(id, progress);
    this.#next();
  }

  #advance(id: string, progress: UploadProgress): void {
    this.#set(this.#uploads.map((upload) => (upload.id === id ? { ...upload, progress } : upload)));
  }

  #set(uploads: readonly FaceUpload[]): void {
    this.#uploads = uploads;
    for (const listener of this.#listeners) listener();
  }
}
