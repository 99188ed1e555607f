import { Button } from "antd";
import { type ReactNode, useState } from "react";

import { toAppError } from "../../api/errors";
import { type Retention, type RetentionPeriod, RetentionSource } from "../../api/gen/footfall/v1/retention_service_pb";
import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { RetentionEditor } from "./RetentionEditor";
import { type Held, heldOfSite, heldOfTenant } from "./retentionForm";
import { t } from "./texts";
import { useRetention, useRetentionOf } from "./useRetention";

interface Edited {
  readonly siteId: string;
  readonly name: string;
  readonly held: Held;
}

const BY = {
  [RetentionSource.UNSPECIFIED]: "byInstallation",
  [RetentionSource.INSTALLATION]: "byInstallation",
  [RetentionSource.TENANT]: "byTenant",
  [RetentionSource.SITE]: "bySite",
} as const;

/** How long pictures and faces are kept in the tenant and at each site, and who says so. */
export function RetentionRules({ sites }: { sites: readonly Site[] }) {
  const retention = useRetention();
  const failure = retention.error ? toAppError(retention.error) : undefined;
  return (
    <section aria-labelledby="retention" className="space-y-3">
      <div>
        <h2 id="retention" className="text-base font-semibold">
          {t("retention")}
        </h2>
        <p className="text-quiet">{t("retentionNote")}</p>
      </div>
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void retention.refetch()} />}
      {!failure && retention.isPending && <PageSkeleton />}
      {retention.data && <Rules retention={retention.data} sites={sites} />}
    </section>
  );
}

function Rules({ retention, sites }: { retention: Retention; sites: readonly Site[] }) {
  const [edited, setEdited] = useState<Edited>();
  return (
    <>
      <ul aria-labelledby="retention" className="list-none overflow-hidden rounded-2xl border border-line bg-surface p-0">
        <Rule
          name={t("allSites")}
          lines={[t("picturesKept", said(retention.images)), t("facesKept", said(retention.templates))]}
          onEdit={() => {
            setEdited({ siteId: "", name: t("allSites"), held: heldOfTenant(retention) });
          }}
        />
        {sites.map((site) => (
          <OfSite key={site.siteId} site={site} retention={retention} onEdit={setEdited} />
        ))}
      </ul>
      {edited && (
        <RetentionEditor
          {...edited}
          onClose={() => {
            setEdited(undefined);
          }}
        />
      )}
    </>
  );
}

function OfSite({ site, retention, onEdit }: { site: Site; retention: Retention; onEdit: (edited: Edited) => void }) {
  const { siteId, displayName: name } = site;
  const { reading } = useRetentionOf(siteId);
  const own = retention.sites.find((each) => each.siteId === siteId);
  const failure = reading.error ? toAppError(reading.error) : undefined;
  const edit = () => {
    // Who says nothing yet may have said something before, which has a name, too.
    if (own) onEdit({ siteId, name, held: heldOfSite(own, retention.images?.days ?? 0) });
    else {
      reading.mutate(undefined, {
        onSuccess: (held) => {
          onEdit({ siteId, name, held });
        },
      });
    }
  };
  const line = own ? t("picturesKept", said(own.images)) : t("picturesAsAll", { count: retention.images?.days ?? 0 });
  return (
    <Rule name={name} lines={[line]} busy={reading.isPending} onEdit={edit}>
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} />}
    </Rule>
  );
}

function Rule(props: { name: string; lines: readonly string[]; busy?: boolean; onEdit: () => void; children?: ReactNode }) {
  const { name, lines, busy = false, onEdit, children } = props;
  return (
    <li className="space-y-2 border-b border-line px-5 py-4 last:border-b-0">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <p className="truncate font-medium">{name}</p>
          {lines.map((line) => (
            <p key={line} className="text-quiet">
              {line}
            </p>
          ))}
        </div>
        <Button aria-label={t("daysOf", { name })} loading={busy} onClick={onEdit}>
          {t("changeBasis")}
        </Button>
      </div>
      {children}
    </li>
  );
}

function said(period: RetentionPeriod | undefined): { count: number; by: string } {
  return { count: period?.days ?? 0, by: t(BY[period?.source ?? RetentionSource.UNSPECIFIED]) };
}
