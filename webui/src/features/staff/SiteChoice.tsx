import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { t } from "./texts";

/** Where somebody works: everywhere, or at some sites. */
export function SiteChoice(props: { hint: string; sites: readonly Site[]; chosen: readonly string[]; onChange: (siteIds: string[]) => void }) {
  const { hint, sites, chosen, onChange } = props;
  return (
    <fieldset>
      <legend className="mb-1 font-medium">{t("sites")}</legend>
      <p className="mb-2 text-xs text-quiet">{hint}</p>
      <ul className="max-h-56 list-none divide-y divide-line overflow-auto rounded-lg border border-edge p-0">
        {sites.map(({ siteId, displayName }) => (
          <li key={siteId}>
            <label className="flex cursor-pointer items-center gap-3 px-3 py-2 hover:bg-canvas">
              <input
                type="checkbox"
                className="size-4 accent-brand"
                checked={chosen.includes(siteId)}
                onChange={(event) => {
                  onChange(event.target.checked ? [...chosen, siteId] : chosen.filter((other) => other !== siteId));
                }}
              />
              {displayName}
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
