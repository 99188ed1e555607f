import type { MessageInitShape } from "@bufbuild/protobuf";
import { type CallOptions, type Client, Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";

import { AuthService, type IssueTokenRequestSchema, type IssueTokenResponse } from "./gen/footfall/v1/auth_service_pb";
import type { Keeper } from "./keeper";
import { type Issued, issuedBy } from "./session";
import type { Tabs } from "./tabs";

export type Credentials = NonNullable<MessageInitShape<typeof IssueTokenRequestSchema>["credentials"]>;

/** Trades credentials for a token; the refresh token comes as a cookie that no script can read. */
function issue(auth: Client<typeof AuthService>, credentials: Credentials): Promise<Issued> {
  return dated((options) => auth.issueToken({ credentials, useCookie: true }, options));
}

/** A token's time is told by the server's clock: by the answer's own date. */
async function dated(call: (options: CallOptions) => Promise<IssueTokenResponse>): Promise<Issued> {
  let date: string | null = null;
  const answer = await call({
    onHeader: (header) => {
      date = header.get("date");
    },
  });
  return issuedBy(answer, date);
}

/** Goes on with the session that the browser's cookie names. */
export function refreshBy(transport: Transport): () => Promise<Issued> {
  const auth = createClient(AuthService, transport);
  return () => issue(auth, { case: "refreshToken", value: "" });
}

/** The ways into a session and out of it, for every tab at once. */
export class SignIn {
  readonly #auth: Client<typeof AuthService>;
  readonly #keeper: Keeper;
  readonly #tabs: Tabs;

  constructor(options: { transport: Transport; keeper: Keeper; tabs: Tabs }) {
    this.#auth = createClient(AuthService, options.transport);
    this.#keeper = options.keeper;
    this.#tabs = options.tabs;
  }

  /** Throws what the server answered; the session is as before then. */
  async enter(credentials: Credentials): Promise<void> {
    // A refresh of another tab would replace the cookie that this answer sets.
    await this.#tabs.exclusively(async () => {
      this.#keeper.began(await issue(this.#auth, credentials));
    });
  }

  /**
   * Acts for a tenant from now on, in every tab; "" for none. For system administrators. Throws what the server
   * answered; the session is as before then.
   */
  async actFor(tenantId: string): Promise<void> {
    await this.#tabs.exclusively(async () => {
      this.#keeper.began(await dated((options) => this.#auth.switchTenant({ tenantId }, options)));
    });
  }

  /**
   * Ends the session, or all sessions of the account. Throws when the server was not told: the cookie is
   * still good then, so nobody is shown as signed out.
   */
  async leave(options: { everywhere: boolean }): Promise<void> {
    try {
      await this.#auth.signOut(options);
    } catch (error) {
      // It was over already.
      if (ConnectError.from(error).code !== Code.Unauthenticated) throw error;
    }
    this.#keeper.finish("signed-out");
  }
}
