import { timestampMs } from "@bufbuild/protobuf/wkt";

import { type IssueTokenResponse, Role } from "./gen/footfall/v1/auth_service_pb";
import { type Clocks, Lifetime, lifetimeMs, MACHINE_CLOCKS } from "./lifetime";

/** Who is signed in, as the server answered. The server decides what the bearer may do; this is for display. */
export interface SessionData {
  readonly subjectId: string;
  /** The tenant that is acted for; "" for a system administrator who has chosen none. */
  readonly tenantId: string;
  readonly displayName: string;
  readonly tenantName: string;
  readonly role: Role;
}

/** A token as the server gave it, and how long it is still good. */
export interface Issued {
  readonly who: SessionData;
  readonly accessToken: string;
  /** Milliseconds from now. */
  readonly leftMs: number;
}

/** Why there is no session any more. */
export type EndReason = "signed-out" | "expired";

interface Token {
  readonly value: string;
  readonly lifetime: Lifetime;
}

/**
 * The session of this tab, in memory alone: neither script nor disk finds a token in a storage. Somebody
 * stays signed in when the token's time is over, until the server refuses to go on (see Keeper).
 */
export class Session {
  readonly #clocks: Clocks;
  readonly #listeners = new Set<() => void>();
  #who: SessionData | undefined;
  #token: Token | undefined;
  #ended: EndReason | undefined;
  #epoch = 0;

  constructor(clocks: Clocks = MACHINE_CLOCKS) {
    this.#clocks = clocks;
  }

  /** Who is signed in, or undefined when nobody is. The same object for as long as it is the same. */
  readonly current = (): SessionData | undefined => this.#who;

  /** Why the last session of this tab ended; undefined when there was none. */
  readonly ended = (): EndReason | undefined => this.#ended;

  /** A number that changes when somebody else is signed in, in another tenant, or nobody: not with a new token. */
  readonly epoch = (): number => this.#epoch;

  token(): string | undefined {
    return this.#token?.value;
  }

  /** Milliseconds that the token is still good; 0 or less when it is not, or when there is none. */
  leftMs(): number {
    return this.#token?.lifetime.leftMs() ?? 0;
  }

  begin({ who, accessToken, leftMs }: Issued): void {
    this.#token = { value: accessToken, lifetime: new Lifetime(leftMs, this.#clocks) };
    this.#ended = undefined;
    if (!this.#who || !isSame(this.#who, who)) {
      this.#who = who;
      this.#epoch += 1;
    }
    this.#tell();
  }

  end(reason: EndReason): void {
    this.#epoch += 1;
    this.#who = undefined;
    this.#token = undefined;
    this.#ended = reason;
    this.#tell();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Calls when what one account read must no longer be shown: the account, its tenant or its role is another. */
  onEpoch(listener: () => void): () => void {
    let known = this.#epoch;
    return this.subscribe(() => {
      if (known === this.#epoch) return;
      known = this.#epoch;
      listener();
    });
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** What an answer of the server means here. The date is the answer's "date" header. */
export function issuedBy(answer: IssueTokenResponse, date: string | null, clocks: Clocks = MACHINE_CLOCKS): Issued {
  const { accessToken, expireTime, principal } = answer;
  return {
    who: {
      subjectId: principal?.subjectId ?? "",
      tenantId: principal?.tenantId ?? "",
      displayName: principal?.displayName ?? "",
      tenantName: principal?.tenantName ?? "",
      role: principal?.role ?? Role.UNSPECIFIED,
    },
    accessToken,
    leftMs: lifetimeMs(expireTime ? timestampMs(expireTime) : 0, date, clocks.wall()),
  };
}

/** Whether two are one account that acts for one tenant in one role. */
export function isSame(one: SessionData, other: SessionData): boolean {
  return one.subjectId === other.subjectId && one.tenantId === other.tenantId && one.role === other.role;
}

/** Names who acts for which tenant in which role; the same for all tabs of one session. */
export function sessionKey({ subjectId, tenantId, role }: SessionData): string {
  return [subjectId, tenantId, Role[role]].join("/");
}
