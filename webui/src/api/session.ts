import { timestampMs } from "@bufbuild/protobuf/wkt";

import { type IssueTokenResponse, Role } from "./gen/footfall/v1/auth_service_pb";

/** Who is signed in, as the sign-in answered. The server decides what the bearer may do; this is for display. */
export interface SessionData {
  readonly accessToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly displayName: string;
  readonly tenantName: string;
  readonly role: Role;
}

/** Why there is no session any more. */
export type EndReason = "signed-out" | "expired";

const KEY = "footfall.session";
/** setTimeout takes a signed 32-bit number of milliseconds; more would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The signed-in session of this tab. It lives in sessionStorage, so a reload keeps it and closing the tab
 * ends it. Every reader goes through this class, so that refresh tokens change nothing but this file.
 */
export class Session {
  readonly #storage: Storage;
  readonly #listeners = new Set<() => void>();
  #data: SessionData | undefined;
  #ended: EndReason | undefined;
  #expiry: ReturnType<typeof setTimeout> | undefined;

  constructor(storage: Storage) {
    this.#storage = storage;
    this.#data = read(storage);
    this.#watchExpiry();
  }

  /** The session, or undefined when nobody is signed in or the token's time is over. */
  readonly current = (): SessionData | undefined => {
    return this.#data && this.#data.expiresAt > Date.now() ? this.#data : undefined;
  };

  /** Why the last session of this tab ended; undefined when there was none. */
  readonly ended = (): EndReason | undefined => this.#ended;

  begin(response: IssueTokenResponse): void {
    const { accessToken, expireTime, principal } = response;
    this.#data = {
      accessToken,
      expiresAt: expireTime ? timestampMs(expireTime) : 0,
      displayName: principal?.displayName ?? "",
      tenantName: principal?.tenantName ?? "",
      role: principal?.role ?? Role.UNSPECIFIED,
    };
    this.#ended = undefined;
    this.#storage.setItem(KEY, JSON.stringify(this.#data));
    this.#watchExpiry();
    this.#tell();
  }

  end(reason: EndReason): void {
    if (!this.#data) return;
    this.#data = undefined;
    this.#ended = reason;
    this.#storage.removeItem(KEY);
    clearTimeout(this.#expiry);
    this.#tell();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #watchExpiry(): void {
    clearTimeout(this.#expiry);
    if (!this.#data) return;
    const left = this.#data.expiresAt - Date.now();
    this.#expiry = setTimeout(
      () => {
        if (this.current()) this.#watchExpiry();
        else this.end("expired");
      },
      Math.min(Math.max(left, 0), LONGEST_TIMER_MS),
    );
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function read(storage: Storage): SessionData | undefined {
  const text = storage.getItem(KEY);
  if (text === null) return undefined;
  try {
    const data: unknown = JSON.parse(text);
    if (isSessionData(data) && data.expiresAt > Date.now()) return data;
  } catch {
    // Not ours, or of an older console: whoever uses this tab signs in again.
  }
  storage.removeItem(KEY);
  return undefined;
}

function isSessionData(value: unknown): value is SessionData {
  if (typeof value !== "object" || value === null) return false;
  const data = value as Record<string, unknown>;
  return (
    typeof data.accessToken === "string" &&
    typeof data.expiresAt === "number" &&
    typeof data.displayName === "string" &&
    typeof data.tenantName === "string" &&
    typeof data.role === "number"
  );
}
