import { expect, expectTypeOf, it } from "vitest";

import { activate } from "./active";
import { type Messages, type Text, texts, type Translate } from "./texts";

const t = texts("i18n/example", {
  plain: "Nothing to fill in",
  greeting: "{name} came at {time}",
  visits: { one: "{count} visit", other: "{count} visits" },
});

it("fills in what a text names, and numbers as the language writes them", () => {
  expect(t("plain")).toBe("Nothing to fill in");
  expect(t("greeting", { name: "Ann {time}", time: "12:04" })).toBe("Ann {time} came at 12:04");
  expect([0, 1, 2, 1500].map((count) => t("visits", { count }))).toEqual(["0 visits", "1 visit", "2 visits", "1,500 visits"]);
  expect(t("visits", { count: 1n })).toBe("1 visit");
});

it("speaks the language of the moment, and English where a translation is missing", () => {
  activate("vi", new Map([["i18n/example/texts", { visits: { other: "{count} lượt ghé" } }]]));
  expect(t("visits", { count: 1500 })).toBe("1.500 lượt ghé");
  expect(t("plain")).toBe("Nothing to fill in");
  activate("en");
  expect(t("visits", { count: 1500 })).toBe("1,500 visits");
});

it("lets the compiler ask for a text's values, and for no others", () => {
  expectTypeOf(t<"greeting">).parameter(1).toEqualTypeOf<{ readonly name: string | number | bigint; readonly time: string | number | bigint }>();
  // @ts-expect-error a value is missing
  expect(() => t("greeting")).toThrow("no value for {name}");
  // @ts-expect-error there is no such text
  expect(() => t("farewell")).toThrow("i18n/example/texts has no text farewell");
});

const english = import.meta.glob<Translate<Messages>>("../**/texts.ts", { eager: true, import: "t" });
const vietnamese = import.meta.glob<Messages>("../**/texts.vi.ts", { eager: true, import: "vi" });
const catalogues = Object.entries(english).filter(([path]) => path !== "./texts.ts");

it.each(catalogues)("%s is translated, and says the same with the same values", (path, { folder, messages }) => {
  expect(`../${folder}/texts.ts`).toBe(path);
  const translated = vietnamese[path.replace(/\.ts$/, ".vi.ts")];
  expect(translated, "there is no texts.vi.ts beside it").toBeDefined();
  expect(Object.keys(translated!).sort()).toEqual(Object.keys(messages).sort());
  for (const [key, text] of Object.entries(messages)) {
    expect({ [key]: valuesOf(translated![key]!) }).toEqual({ [key]: valuesOf(text) });
  }
});

function valuesOf(text: Text): string[] {
  const sentence = typeof text === "string" ? text : text.other;
  const names = [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  return [...new Set(names)].sort();
}
