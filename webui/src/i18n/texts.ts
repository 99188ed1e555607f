import { currentLanguage, translationOf } from "./active";

/** A sentence for one and for more of something. The plural's number is the value "count". */
export interface Plural {
  /** Not every language tells one from more: Vietnamese has "other" alone. */
  readonly one?: string;
  readonly other: string;
}

export type Text = string | Plural;
export type Messages = Readonly<Record<string, Text>>;

/** The names in braces: "a" and "b" of "{a} of {b}". */
type Names<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type NamesOf<T> = T extends string ? Names<T> : T extends Plural ? Names<T["other"]> | "count" : never;
/** A number is written as the language writes it; what is a number and no amount (a year) comes as a string. */
export type Value = string | number | bigint;
type ValuesOf<T> = { readonly [Name in NamesOf<T>]: Name extends "count" ? number | bigint : Value };

export interface Translate<M extends Messages> {
  <K extends keyof M & string>(key: K, ...values: [NamesOf<M[K]>] extends [never] ? [] : [ValuesOf<M[K]>]): string;
  readonly folder: string;
  readonly messages: M;
}

/** The keys whose texts name no values: what a constant may hold, to be said where it is shown. */
export type PlainKey<T extends Translate<Messages>> = {
  [K in keyof T["messages"]]: [NamesOf<T["messages"][K]>] extends [never] ? K : never;
}[keyof T["messages"]] &
  string;

/** Every key of a catalogue, in another language: the compiler refuses a missing one and one too many. */
export type Translation<T extends Translate<Messages>> = { readonly [K in keyof T["messages"]]: Text };

/**
 * The texts of one folder of src, in English. Answers the function that says them in the language of the
 * moment: call it where the text is shown, never at import.
 */
export function texts<const M extends Messages>(folder: string, messages: M): Translate<M> {
  const path = `${folder}/texts`;
  const say = (key: string, values: Readonly<Record<string, Value>> = {}): string => {
    const translated = (translationOf(path) as Messages | undefined)?.[key];
    const text = translated ?? messages[key];
    if (text === undefined) throw new Error(`${path} has no text ${key}`);
    // What is not translated is said in English, with the plural and the numbers of English.
    return fill(text, values, translated === undefined ? "en" : currentLanguage());
  };
  return Object.assign(say, { folder, messages });
}

function fill(text: Text, values: Readonly<Record<string, Value>>, language: string): string {
  return oneOf(text, values.count, language).replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for {${name}}`);
    return typeof value === "string" ? value : numberText(value, language);
  });
}

function oneOf(text: Text, count: Value | undefined, language: string): string {
  if (typeof text === "string") return text;
  const isOne = new Intl.PluralRules(language).select(Number(count)) === "one";
  return isOne ? (text.one ?? text.other) : text.other;
}

const numbers = new Map<string, Intl.NumberFormat>();

function numberText(value: number | bigint, language: string): string {
  let format = numbers.get(language);
  if (!format) numbers.set(language, (format = new Intl.NumberFormat(language)));
  return format.format(value);
}
