import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { tokenFor } from "../testing/renderConsole";
import { Role } from "./gen/footfall/v1/auth_service_pb";
import { Session } from "./session";

const MINUTE_MS = 60_000;
const token = (expiresAt: number) => ({ ...tokenFor(Role.TENANT_ADMIN), expireTime: timestampFromMs(expiresAt) });

describe("Session", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("survives a reload of the tab", () => {
    new Session(window.sessionStorage).begin(token(Date.now() + MINUTE_MS));
    expect(new Session(window.sessionStorage).current()).toMatchObject({ accessToken: "token", displayName: "Mara Lindqvist" });
  });

  it("ends when its token does, and says why", () => {
    const session = new Session(window.sessionStorage);
    session.begin(token(Date.now() + MINUTE_MS));
    const told = vi.fn();
    session.subscribe(told);
    vi.advanceTimersByTime(MINUTE_MS);
    expect(session.current()).toBeUndefined();
    expect(session.ended()).toBe("expired");
    expect(told).toHaveBeenCalledOnce();
    expect(window.sessionStorage).toHaveLength(0);
  });

  it("lives on when the token's time is longer than a timer can count", () => {
    const session = new Session(window.sessionStorage);
    session.begin(token(Date.now() + 2 ** 32));
    vi.advanceTimersByTime(2 ** 31);
    expect(session.current()).toBeDefined();
  });

  it.each(["not json", "{}", "null", JSON.stringify({ accessToken: 1 })])("forgets %o in the storage", (kept) => {
    window.sessionStorage.setItem("footfall.session", kept);
    expect(new Session(window.sessionStorage).current()).toBeUndefined();
    expect(window.sessionStorage).toHaveLength(0);
  });
});
