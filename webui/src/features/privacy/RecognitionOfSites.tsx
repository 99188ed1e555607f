import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Button } from "antd";
import { useState } from "react";

import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { recognitionOf } from "../../components/status/recognition";
import { RecognitionBadge } from "../../components/status/RecognitionBadge";
import { day } from "../../time/format";
import { useNow } from "../../time/useNow";
import { knownZone } from "../../time/zoned";
import { BasisEditor } from "./BasisEditor";
import { nameOf } from "./lawfulBases";
import { t } from "./texts";

const MINUTE_MS = 60_000;

/** Where people are recognised, by which lawful basis and until when. */
export function RecognitionOfSites({ sites }: { sites: readonly Site[] }) {
  const [edited, setEdited] = useState<Site>();
  const now = useNow(MINUTE_MS);
  return (
    <section aria-labelledby="recognition" className="space-y-3">
      <div>
        <h2 id="recognition" className="text-base font-semibold">
          {t("recognition")}
        </h2>
        <p className="text-quiet">{t("recognitionNote")}</p>
      </div>
      <ul aria-labelledby="recognition" className="list-none overflow-hidden rounded-2xl border border-line bg-surface p-0">
        {sites.map((site) => (
          <li
            key={site.siteId}
            className="flex flex-wrap items-center justify-between gap-3 border-b border-line px-5 py-4 last:border-b-0"
          >
            <div className="min-w-0 flex-1 basis-64">
              <p className="flex flex-wrap items-center gap-2 font-medium">
                <span className="truncate">{site.displayName}</span>
                <RecognitionBadge recognition={recognitionOf(site, now)} />
              </p>
              <Basis site={site} now={now} />
            </div>
            <Button
              aria-label={t("basisOf", { site: site.displayName })}
              onClick={() => {
                setEdited(site);
              }}
            >
              {site.recognitionBasis ? t("changeBasis") : t("recordBasis")}
            </Button>
          </li>
        ))}
      </ul>
      {edited && (
        <BasisEditor
          site={edited}
          onClose={() => {
            setEdited(undefined);
          }}
        />
      )}
    </section>
  );
}

function Basis({ site, now }: { site: Site; now: number }) {
  const { recognitionBasis: basis } = site;
  const zone = knownZone(site.timeZone);
  const expiry = basis?.expireTime && timestampMs(basis.expireTime);
  return (
    <>
      {site.anonymous && <p className="text-quiet">{t("byChoice")}</p>}
      {!basis && !site.anonymous && <p className="text-quiet">{t("noneRecorded")}</p>}
      {basis && expiry !== undefined && (
        <p className="text-quiet">
          {t(now < expiry ? "basisUntil" : "basisSince", { basis: t(nameOf(basis.lawfulBasis)), day: day(expiry - 1, zone) })}
        </p>
      )}
      {basis?.recordTime && (
        <p className="text-xs break-words text-quiet">
          {t("recorded", { day: day(timestampMs(basis.recordTime), zone), reference: basis.reference })}
        </p>
      )}
    </>
  );
}
