import { expect, it, vi } from "vitest";

import { SchemePreference } from "./scheme";

function device(dark: boolean) {
  return Object.assign(new EventTarget(), { matches: dark, media: "" }) as unknown as MediaQueryList & { matches: boolean };
}

it("follows the device until somebody chooses", () => {
  const screen = device(false);
  const preference = new SchemePreference(window.localStorage, screen);
  const told = vi.fn();
  preference.subscribe(told);
  expect(preference.scheme()).toBe("light");
  Object.assign(screen, { matches: true });
  screen.dispatchEvent(new Event("change"));
  expect(told).toHaveBeenCalledOnce();
  expect(preference.scheme()).toBe("dark");
});

it("keeps the choice over a reload, against the device", () => {
  new SchemePreference(window.localStorage, device(false)).choose("dark");
  const preference = new SchemePreference(window.localStorage, device(false));
  expect(preference.choice()).toBe("dark");
  expect(preference.scheme()).toBe("dark");
});

it("goes back to the device", () => {
  const preference = new SchemePreference(window.localStorage, device(true));
  preference.choose("light");
  preference.choose("system");
  expect(preference.scheme()).toBe("dark");
  expect(window.localStorage).toHaveLength(0);
});

it("takes an unknown value for no choice", () => {
  window.localStorage.setItem("footfall.theme", "sepia");
  expect(new SchemePreference(window.localStorage, device(false)).choice()).toBe("system");
});
