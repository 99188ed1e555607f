import { ConfigProvider } from "antd";
import { createContext, Fragment, type ReactNode, useContext, useLayoutEffect, useSyncExternalStore } from "react";

import type { Language } from "./active";
import type { LanguagePreference } from "./language";

const PreferenceContext = createContext<LanguagePreference | undefined>(undefined);

/** What is below begins anew with another language: nothing goes on showing a text of the old one. */
export function LanguageProvider({ preference, children }: { preference: LanguagePreference; children: ReactNode }) {
  const language = useSyncExternalStore(preference.subscribe, preference.language);
  const antd = preference.antd();
  useLayoutEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <PreferenceContext value={preference}>
      {antd ? (
        <ConfigProvider key={language} locale={antd}>
          {children}
        </ConfigProvider>
      ) : (
        <Fragment key={language}>{children}</Fragment>
      )}
    </PreferenceContext>
  );
}

/** The language of the page, and how to choose another; choosing throws when its file cannot be loaded. */
export function useLanguage(): [Language, (language: Language) => Promise<void>] {
  const preference = useContext(PreferenceContext);
  if (!preference) throw new Error("no LanguageProvider above this component");
  return [useSyncExternalStore(preference.subscribe, preference.language), preference.choose];
}
