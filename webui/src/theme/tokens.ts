import type { ThemeConfig } from "antd";

export type Scheme = "light" | "dark";

const FONT =
  'Inter, "Segoe UI", system-ui, -apple-system, BlinkMacSystemFont, Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif';

const SHARED = { fontFamily: FONT, borderRadius: 8, controlHeight: 38, fontSize: 14, motionDurationMid: "0.15s" };

/** One brand per scheme: a brand that is bright enough on dark cannot carry white text, and the reverse. */
export const TOKENS: Readonly<Record<Scheme, Pick<ThemeConfig, "token" | "components">>> = {
  light: {
    token: {
      ...SHARED,
      colorPrimary: "#0f766e",
      colorLink: "#0f766e",
      colorBgLayout: "#f5f7f7",
      colorTextBase: "#0f1f1e",
      colorTextSecondary: "#4a5c5a",
      colorTextPlaceholder: "#637472",
      colorBorder: "#b9c6c4",
      colorBorderSecondary: "#e0e7e6",
      colorError: "#b42318",
    },
  },
  dark: {
    token: {
      ...SHARED,
      colorPrimary: "#2dd4bf",
      colorLink: "#5eead4",
      colorBgBase: "#0d1514",
      colorBgLayout: "#0b1211",
      colorBgContainer: "#121c1b",
      colorBgElevated: "#182423",
      colorTextBase: "#e6efee",
      colorTextSecondary: "#a3b5b2",
      colorTextPlaceholder: "#8da19e",
      colorBorder: "#3a4c4a",
      colorBorderSecondary: "#22302e",
      colorError: "#f97066",
    },
    components: { Button: { primaryColor: "#042f2e", dangerColor: "#2a0a07" } },
  },
};
