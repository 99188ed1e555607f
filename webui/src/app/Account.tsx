import { DesktopOutlined, LogoutOutlined, MoonOutlined, SunOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ReactNode } from "react";

import { useBackend } from "../api/backend";
import { useSession } from "../api/hooks";
import { ROLE_NAMES } from "../api/permissions";
import type { SchemeChoice } from "../theme/scheme";
import { useSchemeChoice } from "../theme/ThemeProvider";

const SCHEMES: readonly { value: SchemeChoice; label: string; icon: ReactNode }[] = [
  { value: "light", label: "Light", icon: <SunOutlined /> },
  { value: "dark", label: "Dark", icon: <MoonOutlined /> },
  { value: "system", label: "As the device", icon: <DesktopOutlined /> },
];

export function SchemeSwitch() {
  const [choice, choose] = useSchemeChoice();
  return (
    <fieldset className="flex gap-1 rounded-xl border-0 bg-mute p-1">
      <legend className="sr-only">Colours</legend>
      {SCHEMES.map(({ value, label, icon }) => (
        <label
          key={value}
          title={label}
          className="grid h-8 flex-1 cursor-pointer place-items-center rounded-lg text-mute-ink has-checked:bg-surface has-checked:text-brand has-checked:shadow-sm has-focus-visible:outline-2 has-focus-visible:outline-brand"
        >
          <input
            type="radio"
            name="scheme"
            className="sr-only"
            aria-label={label}
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

/** Who is signed in, the colours, and the way out. */
export function Account() {
  const { session } = useBackend();
  const who = useSession();
  if (!who) return null;
  return (
    <div className="space-y-3">
      <SchemeSwitch />
      <div className="flex items-center gap-2.5">
        <span
          aria-hidden="true"
          className="grid size-9 shrink-0 place-items-center rounded-full bg-tint text-sm font-semibold text-tint-ink"
        >
          {initials(who.displayName)}
        </span>
        <div className="min-w-0 flex-1 leading-tight">
          <p className="truncate font-medium" data-testid="who">
            {who.displayName}
          </p>
          <p className="truncate text-xs text-quiet">{ROLE_NAMES[who.role]}</p>
        </div>
        <Button
          type="text"
          icon={<LogoutOutlined />}
          aria-label="Sign out"
          title="Sign out"
          onClick={() => {
            session.end("signed-out");
          }}
        />
      </div>
    </div>
  );
}

function initials(name: string): string {
  const words = name.split(/[\s@.]+/).filter((word) => word !== "");
  return (words.slice(0, 2).map((word) => word.charAt(0)).join("") || "?").toUpperCase();
}
