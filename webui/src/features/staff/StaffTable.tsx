import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Link } from "react-router";

import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import type { Staff } from "../../api/gen/footfall/v1/staff_service_pb";
import { type Column, PagedTable } from "../../components/table/PagedTable";
import { day } from "../../time/format";
import { PresenceBadge } from "./PresenceBadge";
import { siteNames } from "./siteNames";
import { zoneOf } from "./staffForm";
import { staffName } from "./staffName";
import { StaffPhoto } from "./StaffPhoto";
import { t } from "./texts";

/** One page of staff; a row or card opens the person's own page. */
export function StaffTable(props: {
  staff: readonly Staff[];
  sites: readonly Site[];
  busy: boolean;
  page: number;
  onPrevious: (() => void) | undefined;
  onNext: (() => void) | undefined;
}) {
  const { staff, sites, busy, page, onPrevious, onNext } = props;
  const opener = (member: Staff) => (
    <Link
      to={`/staff/${member.staffId}`}
      className="font-medium text-ink no-underline after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-brand"
    >
      {staffName(member)}
    </Link>
  );
  const columns: readonly Column<Staff>[] = [
    {
      key: "name",
      title: t("name"),
      cell: (member) => (
        <span className="flex items-center gap-3">
          <StaffPhoto staff={member} alt="" className="size-10 shrink-0 rounded-lg" />
          <span className="min-w-0">
            {opener(member)}
            <span className="block text-xs text-quiet">{member.jobTitle}</span>
          </span>
        </span>
      ),
    },
    { key: "number", title: t("numberShort"), cell: (member) => member.employeeNumber, className: "tabular-nums" },
    { key: "sites", title: t("sites"), cell: (member) => siteNames(member.siteIds, sites) },
    { key: "faces", title: t("faces"), cell: (member) => <FaceCount count={member.enrolledFaceCount} />, className: "whitespace-nowrap tabular-nums" },
    {
      key: "seen",
      title: t("lastSeen"),
      cell: (member) => (member.lastSeenTime ? day(timestampMs(member.lastSeenTime), zoneOf(member.siteIds, sites)) : "–"),
      className: "hidden whitespace-nowrap xl:table-cell",
    },
    { key: "state", title: t("state"), cell: (member) => <PresenceBadge staff={member} zone={zoneOf(member.siteIds, sites)} /> },
  ];
  return (
    <PagedTable
      caption={t("staff")}
      columns={columns}
      rows={staff}
      rowKey={(member) => member.staffId}
      busy={busy}
      page={page}
      labels={{ previous: t("previous"), next: t("next") }}
      onPrevious={onPrevious}
      onNext={onNext}
      card={(member) => (
        <div className="flex items-center gap-3">
          <StaffPhoto staff={member} alt="" className="size-16 shrink-0 rounded-xl" />
          <div className="min-w-0 flex-1">
            <div className="flex items-center justify-between gap-2">
              {opener(member)}
              <PresenceBadge staff={member} zone={zoneOf(member.siteIds, sites)} />
            </div>
            <p className="truncate text-quiet">{[member.jobTitle, siteNames(member.siteIds, sites)].filter(Boolean).join(" · ")}</p>
            <p className="text-xs text-quiet">
              <FaceCount count={member.enrolledFaceCount} />
            </p>
          </div>
        </div>
      )}
    />
  );
}

/** Nobody is recognised by no face: that is said, not left as a zero. */
function FaceCount({ count }: { count: number }) {
  return count === 0 ? <span className="text-amber-ink">{t("noFaces")}</span> : <>{t("faceCount", { count })}</>;
}
