import { SafetyOutlined } from "@ant-design/icons";
import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";

import { toAppError } from "../../api/errors";
import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import { ImagePolicy } from "../../api/gen/footfall/v1/camera_settings_pb";
import { type Site, SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { SITES_KEY, useCameras, useSites } from "../../api/hooks";
import { addressOf } from "../../components/addressFilters";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { SelectField } from "../../components/fields/SelectField";
import { PageHeader } from "../../components/PageHeader";
import { useAddress } from "../../components/useAddress";
import { readAsked } from "./asked";
import { Erasures } from "./Erasures";
import { Kept } from "./Kept";
import { letOut, policyOf } from "./letOut";
import { OneErasure } from "./OneErasure";
import { OptOuts } from "./OptOuts";
import { RecognitionOfSites } from "./RecognitionOfSites";
import { RetentionRules } from "./RetentionRules";
import { t } from "./texts";

const POLICIES = [
  { policy: ImagePolicy.NONE, label: "none", note: "noneNote" },
  { policy: ImagePolicy.CROPS, label: "crops", note: "cropsNote" },
  { policy: ImagePolicy.FRAMES, label: "frames", note: "framesNote" },
] as const;

const LET_OUT = {
  [ImagePolicy.NONE]: "camerasNone",
  [ImagePolicy.CROPS]: "camerasCrops",
  [ImagePolicy.FRAMES]: "camerasFrames",
} as const;

/** What may be seen of people, per shop; what is kept of them, who was forgotten, and who opted out. */
export function PrivacyPage() {
  const [asked, ask] = useAddress(readAsked, addressOf);
  const sites = useSites();
  const cameras = useCameras();
  const failure = sites.error ? toAppError(sites.error) : undefined;
  return (
    <div className="space-y-6">
      <PageHeader title={t("title")} note={t("note")} />
      {asked.erasure !== "" && (
        <OneErasure
          key={asked.erasure}
          erasureId={asked.erasure}
          onClose={() => {
            ask({ ...asked, erasure: "" });
          }}
        />
      )}
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void sites.refetch()} />}
      {!failure && sites.isPending && <PageSkeleton />}
      {sites.data?.length === 0 && <EmptyState icon={<SafetyOutlined />} title={t("noSite")} hint={t("noSiteHint")} />}
      {sites.data !== undefined && sites.data.length > 0 && <RecognitionOfSites sites={sites.data} />}
      {sites.data !== undefined && sites.data.length > 0 && (
        <section aria-labelledby="pictures" className="space-y-3">
          <div>
            <h2 id="pictures" className="text-base font-semibold">
              {t("pictures")}
            </h2>
            <p className="text-quiet">{t("most")}</p>
          </div>
          <ul className="list-none overflow-hidden rounded-2xl border border-line bg-surface p-0">
            {sites.data.map((site) => (
              <SitePolicy key={site.siteId} site={site} cameras={cameras.data} />
            ))}
          </ul>
        </section>
      )}
      {sites.data !== undefined && <RetentionRules sites={sites.data} />}
      <Kept />
      <OptOuts />
      <Erasures
        ticket={asked.ticket}
        onTicket={(ticket) => {
          ask({ ...asked, ticket });
        }}
      />
    </div>
  );
}

function SitePolicy({ site, cameras }: { site: Site; cameras: readonly Camera[] | undefined }) {
  const queries = useQueryClient();
  const update = useMutation(SiteService.method.updateSite, {
    onSuccess: () => queries.invalidateQueries({ queryKey: SITES_KEY }),
  });
  const failure = update.error ? toAppError(update.error) : undefined;
  // What is being saved shows at once; a refusal shows what holds.
  const wanted = update.isPending ? update.variables.site?.imagePolicy : undefined;
  const held = policyOf(site.imagePolicy);
  const now = cameras && letOut(site, cameras);
  const shown = POLICIES.find(({ policy }) => policy === (wanted ?? held)) ?? POLICIES[1];
  return (
    <li className="space-y-2 border-b border-line px-5 py-4 last:border-b-0">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <p className="truncate font-medium">{site.displayName}</p>
          <p className="text-quiet">{t(shown.note)}</p>
          {now && (
            <p className="text-xs text-quiet">
              {now.length === 0 ? t("noCamera") : t("now", { cameras: now.map((each) => t(LET_OUT[each.policy], { count: each.cameras })).join(", ") })}
            </p>
          )}
        </div>
        <div className="flex items-center gap-3">
          <span role="status" className="text-quiet">
            {update.isSuccess && t("saved")}
          </span>
          <SelectField
            label={t("picturesOf", { site: site.displayName })}
            value={String(shown.policy)}
            choices={POLICIES.map(({ policy, label }) => ({ value: String(policy), label: t(label) }))}
            onChange={(chosen) => {
              const imagePolicy = POLICIES.find(({ policy }) => String(policy) === chosen)?.policy ?? held;
              update.mutate({ site: { siteId: site.siteId, imagePolicy }, updateMask: { paths: ["image_policy"] } });
            }}
          />
        </div>
      </div>
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} />}
    </li>
  );
}
