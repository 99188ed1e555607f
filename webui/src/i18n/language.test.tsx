import { ErrorReason } from "../api/gen/footfall/v1/error_reason_pb";
import { Code } from "@connectrpc/connect";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import dayjs from "dayjs";
import { expect, it, vi } from "vitest";

import { errorText } from "../api/errorTexts";
import { renderConsole } from "../testing/renderConsole";
import { day } from "../time/format";
import { LanguagePreference } from "./language";
import { pack } from "./vi";

function speaker(languages: string[]) {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(languages);
  const load = vi.fn(async () => pack);
  return { preference: new LanguagePreference(window, load), load };
}

it("speaks the browser's first language that the console has", async () => {
  const { preference } = speaker(["fr-FR", "vi-VN", "en"]);
  await preference.start();
  expect(preference.language()).toBe("vi");
  expect(preference.antd()?.locale).toBe("vi");
  expect(dayjs.locale()).toBe("vi");
  await preference.choose("en");
  expect(dayjs.locale()).toBe("en");
});

it("keeps the choice against the browser's languages, and loads nothing for English", async () => {
  await speaker(["vi"]).preference.choose("en");
  const { preference, load } = speaker(["vi"]);
  await preference.start();
  expect(preference.language()).toBe("en");
  expect(load).not.toHaveBeenCalled();
});

it("stays with the language that is spoken when another cannot be loaded", async () => {
  const preference = new LanguagePreference(window, () => Promise.reject(new Error("offline")));
  await expect(preference.choose("vi")).rejects.toThrow("offline");
  expect(preference.language()).toBe("en");
  expect(window.localStorage).toHaveLength(0);
});

it("keeps what was chosen last when a language comes late", async () => {
  let arrive = (): void => undefined;
  const preference = new LanguagePreference(window, async () => {
    await new Promise<void>((resolve) => {
      arrive = resolve;
    });
    return pack;
  });
  const late = preference.choose("vi");
  await preference.choose("en");
  arrive();
  await late;
  expect(preference.language()).toBe("en");
  expect(window.localStorage.getItem("footfall.language")).toBe("en");
});

it("follows another tab", async () => {
  const { preference } = speaker(["en"]);
  await preference.start();
  window.localStorage.setItem("footfall.language", "vi");
  window.dispatchEvent(new StorageEvent("storage", { key: "footfall.language" }));
  await vi.waitFor(() => {
    expect(preference.language()).toBe("vi");
  });
});

it("says dates, lengths and errors in the language", async () => {
  const { preference } = speaker(["vi"]);
  await preference.start();
  expect(day(Date.UTC(2026, 10, 22), "UTC")).toContain("2026");
  expect(day(Date.UTC(2026, 10, 22), "UTC")).not.toContain("Sun");
  expect(errorText(ErrorReason.LAST_ADMIN, Code.FailedPrecondition).title).toBe("Đây là quản trị viên cuối cùng");
});

it("changes the whole console at once, and back", async () => {
  renderConsole({ path: "/sign-in", signedIn: false });
  await userEvent.click(await screen.findByRole("radio", { name: "Tiếng Việt" }));
  expect(await screen.findByRole("button", { name: "Đăng nhập" })).toBeDefined();
  expect(document.documentElement.lang).toBe("vi");
  expect(document.title).toBe("Đăng nhập · Footfall");
  await userEvent.click(screen.getByRole("radio", { name: "English" }));
  expect(await screen.findByRole("button", { name: "Sign in" })).toBeDefined();
  expect(document.documentElement.lang).toBe("en");
});
