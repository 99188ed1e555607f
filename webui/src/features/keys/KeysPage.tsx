import { useSites } from "../../api/hooks";
import { PageHeader } from "../../components/PageHeader";
import { localZone } from "../../time/zoned";
import { ApiKeys } from "./ApiKeys";
import { JoinTokens } from "./JoinTokens";
import { t } from "./texts";

/** What proves programs and machines, not people. */
export function KeysPage() {
  const sites = useSites();
  const siteNames = new Map((sites.data ?? []).map(({ siteId, displayName }) => [siteId, displayName]));
  const zone = localZone();
  return (
    <div className="space-y-8">
      <PageHeader title={t("title")} note={t("note", { zone: zone.replaceAll("_", " ") })} />
      <ApiKeys siteNames={siteNames} zone={zone} />
      <JoinTokens siteNames={siteNames} zone={zone} />
    </div>
  );
}
