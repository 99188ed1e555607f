const CALLBACK_PATH = "/sign-in/callback";
const SETUP_PATH = "/set-password";

/** What an identity provider sent the browser back with. */
export interface ProviderAnswer {
  readonly code: string;
  readonly state: string;
  /** Why there is no code (RFC 6749, section 4.1.2.1); "" when there is one. */
  readonly error: string;
}

/**
 * The secrets that an address brought along. They are taken out of the address bar before anything else
 * is loaded, so that no history, bookmark, screenshot or shoulder keeps them, and each is given out once.
 */
export class Landing {
  readonly #page: Window;
  #answer: ProviderAnswer | undefined;
  #setupToken = "";
  readonly #listeners = new Set<() => void>();

  constructor(page: Window) {
    this.#page = page;
    this.#read();
    // A link that is pasted over the open page changes its fragment alone, and loads nothing.
    page.addEventListener("hashchange", () => {
      this.#read();
    });
  }

  takeAnswer(): ProviderAnswer | undefined {
    const answer = this.#answer;
    this.#answer = undefined;
    return answer;
  }

  /** The token that sets a password, as the last link had it; "" when there was none. It is good until it was used. */
  readonly setupToken = (): string => this.#setupToken;

  /** Calls when another setup token came. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  forgetSetupToken(): void {
    this.#setupToken = "";
  }

  #read(): void {
    const { pathname, search, hash } = this.#page.location;
    if (pathname === CALLBACK_PATH && search !== "") {
      const given = new URLSearchParams(search);
      this.#answer = {
        code: given.get("code") ?? "",
        state: given.get("state") ?? "",
        error: given.get("error") ?? "",
      };
      this.#clean(CALLBACK_PATH);
    } else if (pathname === SETUP_PATH && hash.length > 1) {
      this.#setupToken = hash.slice(1);
      this.#clean(SETUP_PATH);
      for (const listener of this.#listeners) listener();
    }
  }

  #clean(path: string): void {
    this.#page.history.replaceState(this.#page.history.state, "", path);
  }
}
