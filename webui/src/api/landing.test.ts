import { afterEach, describe, expect, it } from "vitest";

import { Landing } from "./landing";

const land = (address: string) => {
  window.history.replaceState(null, "", address);
  const { location, history } = window;
  const page = Object.assign(new EventTarget(), { location, history }) as Window;
  return { page, landing: new Landing(page) };
};
const bar = () => window.location.pathname + window.location.search + window.location.hash;

afterEach(() => {
  window.history.replaceState(null, "", "/");
});

describe("Landing", () => {
  it("takes the answer of a provider out of the address, and gives it out once", () => {
    const { landing } = land("/sign-in/callback?code=c%2F1&state=s");
    expect(bar()).toBe("/sign-in/callback");
    expect(landing.takeAnswer()).toEqual({ code: "c/1", state: "s", error: "" });
    expect(landing.takeAnswer()).toBeUndefined();
  });

  it("takes a provider's refusal", () => {
    expect(land("/sign-in/callback?error=access_denied&state=s").landing.takeAnswer()).toMatchObject({ error: "access_denied", code: "" });
  });

  it("takes a setup token out of the address, also of a link that is pasted over the open page", () => {
    const { page, landing } = land("/set-password#ffs_one");
    expect([bar(), landing.setupToken()]).toEqual(["/set-password", "ffs_one"]);
    window.history.pushState(null, "", "/set-password#ffs_two");
    page.dispatchEvent(new HashChangeEvent("hashchange"));
    expect([bar(), landing.setupToken()]).toEqual(["/set-password", "ffs_two"]);
    landing.forgetSetupToken();
    expect(landing.setupToken()).toBe("");
  });

  it.each(["/visits?code=1&state=2", "/sign-in?next=%2Fvisits", "/live#content", "/sign-in/callback"])("leaves %s as it is", (address) => {
    const { landing } = land(address);
    expect(bar()).toBe(address);
    expect([landing.takeAnswer(), landing.setupToken()]).toEqual([undefined, ""]);
  });
});
