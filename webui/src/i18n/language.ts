import type { Locale } from "antd/es/locale";

import { activate, type Catalogues, type Language } from "./active";

/** A language that was loaded. */
export interface LanguagePack {
  readonly catalogues: Catalogues;
  readonly antd: Locale;
  /** Tells what keeps a language of its own: dayjs. */
  readonly enter: () => void;
  readonly leave: () => void;
}

export type LoadPack = (language: Exclude<Language, "en">) => Promise<LanguagePack>;

const KEY = "footfall.language";

/** The language of the browser's tabs: the person's choice, else the first of the browser's that the console speaks. */
export class LanguagePreference {
  readonly #window: Window;
  readonly #load: LoadPack;
  readonly #listeners = new Set<() => void>();
  #language: Language = "en";
  #pack: LanguagePack | undefined;
  /** What was asked for last: a slow answer for something else comes too late. */
  #wanted: Language = "en";

  constructor(target: Window, load: LoadPack) {
    this.#window = target;
    this.#load = load;
    target.addEventListener("storage", ({ key }) => {
      if (key === KEY) void this.start();
    });
  }

  readonly language = (): Language => this.#language;

  /** AntD's own words; undefined is its English. */
  readonly antd = (): Locale | undefined => this.#pack?.antd;

  /** Speaks what was chosen before. A language that cannot be loaded leaves the one that is spoken. */
  async start(): Promise<void> {
    try {
      await this.#speak(this.#preferred());
    } catch {
      // Its file is gone or the server is away; the choice stays for the next time.
    }
  }

  /** Throws when the language cannot be loaded; nothing changes then. */
  readonly choose = async (language: Language): Promise<void> => {
    if (await this.#speak(language)) this.#window.localStorage.setItem(KEY, language);
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #preferred(): Language {
    const { localStorage, navigator } = this.#window;
    const kept = localStorage.getItem(KEY);
    if (isLanguage(kept)) return kept;
    return navigator.languages.map((tag) => tag.split("-")[0]).find(isLanguage) ?? "en";
  }

  /** Answers whether it speaks the language now: something else may have been asked for meanwhile. */
  async #speak(language: Language): Promise<boolean> {
    this.#wanted = language;
    const pack = language === "en" ? undefined : await this.#load(language);
    if (this.#wanted !== language) return false;
    this.#pack?.leave();
    pack?.enter();
    this.#pack = pack;
    this.#language = language;
    activate(language, pack?.catalogues);
    for (const listener of this.#listeners) listener();
    return true;
  }
}

function isLanguage(tag: string | null | undefined): tag is Language {
  return tag === "en" || tag === "vi";
}
