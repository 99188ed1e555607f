import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it, vi } from "vitest";

import { issuedFor, tokenFor } from "../testing/renderConsole";
import { Role } from "./gen/footfall/v1/auth_service_pb";
import { Lifetime, lifetimeMs } from "./lifetime";
import { issuedBy, Session } from "./session";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const issued = issuedFor(Role.TENANT_ADMIN);

describe("Session", () => {
  it("keeps its token out of every storage", () => {
    new Session().begin(issued);
    expect(window.sessionStorage).toHaveLength(0);
    expect(window.localStorage).toHaveLength(0);
  });

  it("is the same session with a new token, and another one with another account, tenant or role", () => {
    const session = new Session();
    session.begin(issued);
    const changed = vi.fn();
    session.onEpoch(changed);
    const who = session.current();
    session.begin({ ...issued, accessToken: "next", who: { ...issued.who } });
    expect(session.current(), "pages are not drawn again").toBe(who);
    expect(changed).not.toHaveBeenCalled();
    session.begin({ ...issued, who: { ...issued.who, tenantId: "other" } });
    session.begin({ ...issued, who: { ...issued.who, tenantId: "other", role: Role.SITE_MANAGER } });
    session.begin({ ...issued, who: { ...issued.who, subjectId: "other" } });
    session.end("signed-out");
    expect(changed).toHaveBeenCalledTimes(4);
  });

  it("has no token after its end, and says why", () => {
    const session = new Session();
    session.begin(issued);
    session.end("expired");
    expect([session.current(), session.token(), session.leftMs(), session.ended()]).toEqual([undefined, undefined, 0, "expired"]);
    session.begin(issued);
    expect(session.ended()).toBeUndefined();
  });

  it("takes the lifetime from the server's clocks alone", () => {
    const end = Date.UTC(2026, 5, 1, 12);
    const answer = { ...tokenFor(Role.TENANT_ADMIN), expireTime: timestampFromMs(end) };
    const tenMinutesBefore = new Date(end - 10 * MINUTE_MS).toUTCString();
    for (const skew of [-5 * HOUR_MS, 0, 5 * HOUR_MS]) {
      const clocks = { wall: () => Date.now() + skew, steady: () => 0 };
      expect(issuedBy(answer, tenMinutesBefore, clocks).leftMs, `clock off by ${skew} ms`).toBe(10 * MINUTE_MS);
    }
  });
});

describe("lifetimeMs", () => {
  it("asks this machine's clock when the answer has no date", () => {
    expect(lifetimeMs(900_000, null, 300_000)).toBe(600_000);
    expect(lifetimeMs(900_000, "yesterday", 300_000)).toBe(600_000);
  });

  it("is neither so short that the server is asked all the time nor without an end", () => {
    expect(lifetimeMs(0, null, HOUR_MS)).toBe(30_000);
    expect(lifetimeMs(100 * 24 * HOUR_MS, null, 0)).toBe(24 * HOUR_MS);
  });
});

describe("Lifetime", () => {
  it.each([
    ["time that the machine was asleep, though its steady clock stood still", 10 * MINUTE_MS, 0, 0],
    ["time that passed, though the wall clock was set back", -3 * HOUR_MS, 4 * MINUTE_MS, 6 * MINUTE_MS],
    ["time that passed on both", MINUTE_MS, MINUTE_MS, 9 * MINUTE_MS],
  ])("counts %s", (_, wallPassed, steadyPassed, left) => {
    let wall = HOUR_MS;
    let steady = 0;
    const lifetime = new Lifetime(10 * MINUTE_MS, { wall: () => wall, steady: () => steady });
    wall += wallPassed;
    steady += steadyPassed;
    expect(lifetime.leftMs()).toBe(left);
  });
});
