import type { APIRequestContext, APIResponse } from "@playwright/test";

export interface Account {
  readonly email: string;
  readonly password: string;
}

/** A token is good for longer; one that is this old is replaced before it ends. */
const GOOD_FOR_MS = 4 * 60_000;

interface Token {
  readonly value: string;
  readonly since: number;
}

/** The JSON API of a running stack, as an integrator's program would use it. */
export class JsonApi {
  readonly #calls: APIRequestContext;
  readonly #url: string;
  readonly #credentials: object;
  #token: Token | undefined;

  /** Signs in with an account, or with an API key. `calls` has no cookies in common with a browser's pages. */
  constructor(calls: APIRequestContext, url: string, signsInWith: Account | { readonly apiKey: string }) {
    this.#calls = calls;
    this.#url = url;
    this.#credentials = "apiKey" in signsInWith ? signsInWith : { password: { ...signsInWith } };
  }

  async get<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
    const headers = await this.#headers();
    return (await checked(await this.#calls.get(this.#url + path, { headers, params: query })).json()) as T;
  }

  async post<T>(path: string, data: object): Promise<T> {
    const headers = await this.#headers();
    return (await checked(await this.#calls.post(this.#url + path, { headers, data })).json()) as T;
  }

  async #headers(): Promise<Record<string, string>> {
    if (this.#token === undefined || Date.now() - this.#token.since > GOOD_FOR_MS) {
      const answer = checked(await this.#calls.post(`${this.#url}/v1/auth/token`, { data: this.#credentials }));
      const { accessToken } = (await answer.json()) as { accessToken: string };
      this.#token = { value: accessToken, since: Date.now() };
    }
    return { authorization: `Bearer ${this.#token.value}` };
  }
}

function checked(response: APIResponse): APIResponse {
  if (!response.ok()) throw new Error(`${new URL(response.url()).pathname} answered ${response.status()}`);
  return response;
}
