import { StyleProvider } from "@ant-design/cssinjs";
import { ConfigProvider, theme } from "antd";
import { createContext, type ReactNode, useContext, useLayoutEffect, useSyncExternalStore } from "react";

import type { SchemeChoice, SchemePreference } from "./scheme";
import { TOKENS } from "./tokens";

const PreferenceContext = createContext<SchemePreference | undefined>(undefined);

/** One set of tokens for AntD and Tailwind: AntD writes CSS variables on class "ff", which <html> carries. */
export function ThemeProvider(props: { preference: SchemePreference; nonce: string | undefined; children: ReactNode }) {
  const { preference, nonce, children } = props;
  const scheme = useSyncExternalStore(preference.subscribe, preference.scheme);
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = scheme;
    document.documentElement.style.colorScheme = scheme;
  }, [scheme]);
  return (
    <PreferenceContext value={preference}>
      <StyleProvider layer>
        <ConfigProvider
          {...(nonce === undefined ? {} : { csp: { nonce } })}
          theme={{
            ...TOKENS[scheme],
            algorithm: scheme === "dark" ? theme.darkAlgorithm : theme.defaultAlgorithm,
            cssVar: { prefix: "ant", key: "ff" },
            hashed: false,
          }}
        >
          {children}
        </ConfigProvider>
      </StyleProvider>
    </PreferenceContext>
  );
}

export function useSchemeChoice(): [SchemeChoice, (choice: SchemeChoice) => void] {
  const preference = useContext(PreferenceContext);
  if (!preference) throw new Error("no ThemeProvider above this component");
  return [useSyncExternalStore(preference.subscribe, preference.choice), preference.choose];
}
