import { useState } from "react";

import { LANGUAGES } from "../../i18n/active";
import { useLanguage } from "../../i18n/LanguageProvider";
import { t } from "../texts";

/** Each language by its own name: who looks for it reads no other. */
export function LanguageSwitch() {
  const [spoken, speak] = useLanguage();
  const [failed, setFailed] = useState(false);
  return (
    <div>
      <fieldset className="flex gap-1 rounded-xl border-0 bg-mute p-1">
        <legend className="sr-only">{t("language")}</legend>
        {LANGUAGES.map(({ language, name }) => (
          <label
            key={language}
            lang={language}
            className="grid h-8 flex-1 cursor-pointer place-items-center rounded-lg px-3 text-mute-ink has-checked:bg-surface has-checked:text-brand has-checked:shadow-sm has-focus-visible:outline-2 has-focus-visible:outline-brand"
          >
            <input
              type="radio"
              name="language"
              className="sr-only"
              checked={spoken === language}
              onChange={() => {
                setFailed(false);
                speak(language).catch(() => {
                  setFailed(true);
                });
              }}
            />
            {name}
          </label>
        ))}
      </fieldset>
      {failed && (
        <p role="alert" className="mt-1 text-xs text-rose-ink">
          {t("languageFailed")}
        </p>
      )}
    </div>
  );
}
