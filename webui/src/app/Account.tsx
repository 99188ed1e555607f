import { DesktopOutlined, MoonOutlined, SunOutlined, UpOutlined } from "@ant-design/icons";
import { type ReactNode, useId, useState } from "react";

import { useSession } from "../api/hooks";
import { roleText } from "../api/permissions";
import { LanguageSwitch } from "../components/fields/LanguageSwitch";
import type { PlainKey } from "../i18n/texts";
import type { SchemeChoice } from "../theme/scheme";
import { useSchemeChoice } from "../theme/ThemeProvider";
import { AccountActions } from "./AccountActions";
import { t } from "./texts";

const SCHEMES: readonly { value: SchemeChoice; label: PlainKey<typeof t>; icon: ReactNode }[] = [
  { value: "light", label: "light", icon: <SunOutlined /> },
  { value: "dark", label: "dark", icon: <MoonOutlined /> },
  { value: "system", label: "asTheDevice", icon: <DesktopOutlined /> },
];

export function SchemeSwitch() {
  const [choice, choose] = useSchemeChoice();
  return (
    <fieldset className="flex gap-1 rounded-xl border-0 bg-mute p-1">
      <legend className="sr-only">{t("colours")}</legend>
      {SCHEMES.map(({ value, label, icon }) => (
        <label
          key={value}
          title={t(label)}
          className="grid h-8 flex-1 cursor-pointer place-items-center rounded-lg text-mute-ink has-checked:bg-surface has-checked:text-brand has-checked:shadow-sm has-focus-visible:outline-2 has-focus-visible:outline-brand"
        >
          <input
            type="radio"
            name="scheme"
            className="sr-only"
            aria-label={t(label)}
            checked={choice === value}
            onChange={() => {
              choose(value);
            }}
          />
          {icon}
        </label>
      ))}
    </fieldset>
  );
}

/** Who is signed in, and what can be done about it: folded away in the sidebar, open where there is a page for it. */
export function Account({ unfolded = false }: { unfolded?: boolean }) {
  const who = useSession();
  const [open, setOpen] = useState(unfolded);
  const actionsId = useId();
  if (!who) return null;
  const role = roleText(who);
  return (
    <div className="space-y-3">
      <SchemeSwitch />
      {open && (
        <div id={actionsId} className="space-y-3">
          <LanguageSwitch />
          <AccountActions />
        </div>
      )}
      <button
        type="button"
        aria-expanded={open}
        aria-controls={open ? actionsId : undefined}
        className="flex w-full cursor-pointer items-center gap-2.5 rounded-lg border-0 bg-transparent p-1 text-left text-ink hover:bg-mute"
        onClick={() => {
          setOpen(!open);
        }}
      >
        <span
          aria-hidden="true"
          className="grid size-9 shrink-0 place-items-center rounded-full bg-tint text-sm font-semibold text-tint-ink"
        >
          {initials(who.displayName)}
        </span>
        <span className="min-w-0 flex-1 leading-tight">
          <span className="block truncate font-medium" data-testid="who">
            {who.displayName}
          </span>
          <span className="block truncate text-xs text-quiet" title={role}>
            {role}
          </span>
        </span>
        <UpOutlined aria-hidden="true" rotate={open ? 180 : 0} className="text-xs text-quiet!" />
      </button>
    </div>
  );
}

export function initials(name: string): string {
  const words = name.split(/[\s@.]+/).filter((word) => word !== "");
  return (words.slice(0, 2).map((word) => word.charAt(0)).join("") || "?").toUpperCase();
}
