/** The languages of the console. English is the one that texts are written in first. */
export type Language = "en" | "vi";

export const LANGUAGES: readonly { readonly language: Language; readonly name: string }[] = [
  { language: "en", name: "English" },
  { language: "vi", name: "Tiếng Việt" },
];

/** What one path of src ("features/sites/texts") is called by, in the language of the moment. */
export type Catalogues = ReadonlyMap<string, unknown>;

const ENGLISH: Catalogues = new Map();

// One page speaks one language: this is a fact of the page like <html lang>, and texts are also made outside of
// components, where no context reaches. LanguagePreference alone changes it, and the whole tree begins anew then.
let language: Language = "en";
let catalogues: Catalogues = ENGLISH;

export function currentLanguage(): Language {
  return language;
}

/** For Intl: English dates and numbers are British, as the console always had them. */
export function currentLocale(): string {
  return language === "en" ? "en-GB" : language;
}

/** The translation of what the path exports; undefined in English, which the path itself has. */
export function translationOf(path: string): unknown {
  return catalogues.get(path);
}

export function activate(next: Language, translations: Catalogues = ENGLISH): void {
  language = next;
  catalogues = translations;
}
