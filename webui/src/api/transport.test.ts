import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { expect, it, vi } from "vitest";

import { FakeBrowser } from "../testing/browser";
import { refusal } from "../testing/renderConsole";
import { progress } from "../testing/watchFeed";
import { AuthService, Role } from "./gen/footfall/v1/auth_service_pb";
import { LiveService } from "./gen/footfall/v1/live_service_pb";
import { SiteService } from "./gen/footfall/v1/site_service_pb";
import { Keeper } from "./keeper";
import { type Issued, Session } from "./session";
import { authorize } from "./transport";

const ANN = { subjectId: "ann", tenantId: "shops", displayName: "Ann", tenantName: "Shops", role: Role.TENANT_ADMIN };
const BOB = { ...ANN, subjectId: "bob" };

/** A core that takes the tokens in a set, and notes what each call was sent with. */
function arrange(options: { refresh?: () => Promise<Issued>; signedIn?: boolean } = {}) {
  const good = new Set(["token-0", "token-1"]);
  const sent: (string | null)[] = [];
  let made = 0;
  const refresh = vi.fn(
    options.refresh ??
      (async () => {
        made += 1;
        return { who: ANN, accessToken: `token-${made}`, leftMs: 600_000 };
      }),
  );
  const session = new Session();
  const keeper = new Keeper({
    session,
    tabs: new FakeBrowser().open(),
    hints: window.localStorage,
    refresh,
    hidden: () => false,
  });
  const check = (header: Headers) => {
    const token = header.get("authorization");
    sent.push(token);
    if (!good.has((token ?? "").replace("Bearer ", ""))) throw refusal(Code.Unauthenticated, "UNAUTHENTICATED");
  };
  const transport = createRouterTransport(
    (router) => {
      router.service(SiteService, {
        listSites: (_, { requestHeader }) => {
          check(requestHeader);
          return {};
        },
        deleteSite: (_, { requestHeader }) => {
          check(requestHeader);
          return {};
        },
      });
      router.service(LiveService, {
        async *watch(_, { requestHeader }) {
          check(requestHeader);
          yield progress(1n);
        },
      });
      router.service(AuthService, {
        listIdentityProviders: (_, { requestHeader }) => {
          sent.push(requestHeader.get("authorization"));
          return {};
        },
        changePassword: (_, { requestHeader }) => {
          check(requestHeader);
          throw refusal(Code.Unauthenticated, "BAD_CREDENTIALS");
        },
      });
    },
    { transport: { interceptors: [authorize(session, keeper)] } },
  );
  if (options.signedIn !== false) keeper.began({ who: ANN, accessToken: "token-0", leftMs: 600_000 });
  return { session, keeper, transport, refresh, good, sent };
}

it("repeats a call once with the next token when the server refuses its own", async () => {
  const { transport, good, sent, refresh, session } = arrange();
  good.delete("token-0");
  await createClient(SiteService, transport).listSites({});
  expect(sent).toEqual(["Bearer token-0", "Bearer token-1"]);
  expect(refresh).toHaveBeenCalledOnce();
  expect(session.current()).toBe(ANN);
});

it("ends the session when the next token is refused as well, and asks no more", async () => {
  const { transport, good, sent, refresh, session } = arrange();
  good.clear();
  const sites = createClient(SiteService, transport);
  await expect(sites.listSites({})).rejects.toMatchObject({ code: Code.Unauthenticated });
  expect(sent).toHaveLength(2);
  expect(session.ended()).toBe("expired");
  await expect(sites.listSites({})).rejects.toMatchObject({ code: Code.Unauthenticated });
  expect(refresh).toHaveBeenCalledOnce();
  expect(sent, "nothing is sent without a token").toHaveLength(2);
});

it("says what went wrong when the server that should refresh cannot be reached, and stays signed in", async () => {
  const { transport, good, session } = arrange({
    refresh: () => Promise.reject(new ConnectError("gone", Code.Unavailable)),
  });
  good.clear();
  await expect(createClient(SiteService, transport).listSites({})).rejects.toMatchObject({ code: Code.Unavailable });
  expect(session.current()).toBe(ANN);
});

it("never sends a call of one account for the next one", async () => {
  const { transport, good, sent } = arrange({
    refresh: () => Promise.resolve({ who: BOB, accessToken: "bob", leftMs: 600_000 }),
  });
  good.clear();
  good.add("bob");
  await expect(createClient(SiteService, transport).deleteSite({ siteId: "1" })).rejects.toMatchObject({
    code: Code.Unauthenticated,
  });
  expect(sent).toEqual(["Bearer token-0"]);
});

it("takes a wrong password of somebody who is signed in for what it is", async () => {
  const { transport, refresh, session } = arrange();
  const auth = createClient(AuthService, transport);
  await expect(auth.changePassword({})).rejects.toMatchObject({ code: Code.Unauthenticated });
  expect(refresh).not.toHaveBeenCalled();
  expect(session.current()).toBe(ANN);
});

it("does not repeat a stream: its reader knows where to go on", async () => {
  const { transport, good, sent, refresh } = arrange();
  good.delete("token-0");
  const read = async () => {
    await createClient(LiveService, transport).watch({})[Symbol.asyncIterator]().next();
  };
  await expect(read()).rejects.toMatchObject({ code: Code.Unauthenticated });
  expect(sent).toHaveLength(1);
  expect(refresh).not.toHaveBeenCalled();
});

it("sends no token to what is asked before signing in", async () => {
  const { transport, sent } = arrange();
  await createClient(AuthService, transport).listIdentityProviders({});
  expect(sent).toEqual([null]);
});

it("has no token in what it throws", async () => {
  const { transport, good } = arrange();
  good.clear();
  const error = await createClient(SiteService, transport)
    .listSites({})
    .catch((thrown: unknown) => thrown);
  expect(String(error) + JSON.stringify(error)).not.toContain("token-");
});
