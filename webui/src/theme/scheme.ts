import type { Scheme } from "./tokens";

/** What the person chose; "system" follows the device. */
export type SchemeChoice = Scheme | "system";

const KEY = "footfall.theme";

/** Keeps the choice and tells which scheme it means now. */
export class SchemePreference {
  readonly #storage: Storage;
  readonly #device: MediaQueryList;
  readonly #listeners = new Set<() => void>();
  #choice: SchemeChoice;

  constructor(storage: Storage, device: MediaQueryList) {
    this.#storage = storage;
    this.#device = device;
    const kept = storage.getItem(KEY);
    this.#choice = kept === "light" || kept === "dark" ? kept : "system";
    device.addEventListener("change", this.#tell);
  }

  readonly choice = (): SchemeChoice => this.#choice;

  readonly scheme = (): Scheme => {
    if (this.#choice !== "system") return this.#choice;
    return this.#device.matches ? "dark" : "light";
  };

  readonly choose = (choice: SchemeChoice): void => {
    this.#choice = choice;
    if (choice === "system") this.#storage.removeItem(KEY);
    else this.#storage.setItem(KEY, choice);
    this.#tell();
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly #tell = (): void => {
    for (const listener of this.#listeners) listener();
  };
}
