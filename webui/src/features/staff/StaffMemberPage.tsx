import { DeleteOutlined, EditOutlined, LogoutOutlined, RollbackOutlined } from "@ant-design/icons";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import { Button } from "antd";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { toAppError } from "../../api/errors";
import { type Staff, StaffService } from "../../api/gen/footfall/v1/staff_service_pb";
import { useAccess, useSites } from "../../api/hooks";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { PageHeader } from "../../components/PageHeader";
import { day, timeOfDay } from "../../time/format";
import { BackLink } from "./BackLink";
import { DeleteStaffDialog } from "./DeleteStaffDialog";
import { FaceRecognitionTest } from "./FaceRecognitionTest";
import { LeaveDialog } from "./LeaveDialog";
import { PastCustomers } from "./PastCustomers";
import { PresenceBadge } from "./PresenceBadge";
import { ReturnDialog } from "./ReturnDialog";
import { siteNames } from "./siteNames";
import { StaffEditor } from "./StaffEditor";
import { StaffFaceGallery } from "./StaffFaceGallery";
import { zoneOf } from "./staffForm";
import { staffName } from "./staffName";
import { StaffPhoto } from "./StaffPhoto";
import { t } from "./texts";

/** One staff member: the details, the faces that the person is known by, and what the cameras would make of them. */
export function StaffMemberPage() {
  const { staffId = "" } = useParams();
  const member = useQuery(StaffService.method.getStaff, { staffId });
  const failure = member.error ? toAppError(member.error) : undefined;
  return (
    <div className="space-y-6">
      <BackLink to="/staff">{t("staff")}</BackLink>
      {failure && (
        <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void member.refetch()} />
      )}
      {member.isPending && <PageSkeleton />}
      {/* What is read again for another person begins anew. */}
      {member.data && <Member key={member.data.staffId} staff={member.data} />}
    </div>
  );
}

type Overlay = "edit" | "leave" | "return" | "delete";

function Member({ staff }: { staff: Staff }) {
  const sites = useSites();
  const access = useAccess();
  const navigate = useNavigate();
  const [overlay, setOverlay] = useState<Overlay>();
  const manages = access.can("staff.manage");
  const known = sites.data ?? [];
  const zone = zoneOf(staff.siteIds, known);
  const name = staffName(staff);
  const close = () => {
    setOverlay(undefined);
  };
  const open = (chosen: Overlay) => () => {
    setOverlay(chosen);
  };
  return (
    <>
      <div className="flex items-start gap-4 sm:gap-5">
        <StaffPhoto staff={staff} alt={t("photoOf", { name })} className="size-16 shrink-0 rounded-2xl sm:size-24" />
        <div className="min-w-0 flex-1">
          <PageHeader
            title={name}
            note={[staff.jobTitle, siteNames(staff.siteIds, known)].filter((text) => text !== "").join(" · ")}
          >
            {manages && (
              <>
                <Button icon={<EditOutlined aria-hidden="true" />} onClick={open("edit")}>
                  {t("edit")}
                </Button>
                {staff.left ? (
                  <Button icon={<RollbackOutlined aria-hidden="true" />} onClick={open("return")}>
                    {t("return")}
                  </Button>
                ) : (
                  <Button icon={<LogoutOutlined aria-hidden="true" />} onClick={open("leave")}>
                    {t("leave")}
                  </Button>
                )}
                <Button danger icon={<DeleteOutlined aria-hidden="true" />} onClick={open("delete")}>
                  {t("delete")}
                </Button>
              </>
            )}
          </PageHeader>
          <div className="mt-2">
            <PresenceBadge staff={staff} zone={zone} />
          </div>
        </div>
      </div>
      <Facts staff={staff} zone={zone} />
      <div className="grid grid-cols-1 items-start gap-6 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <StaffFaceGallery staff={staff} manages={manages} />
        <div className="space-y-6">
          <FaceRecognitionTest staff={staff} />
          {!staff.left && <PastCustomers staff={staff} zone={zone} converts={access.can("customers.manage")} />}
        </div>
      </div>
      {overlay === "edit" && <StaffEditor staff={staff} onClose={close} />}
      {overlay === "leave" && <LeaveDialog staff={staff} zone={zone} onClose={close} />}
      {overlay === "return" && <ReturnDialog staff={staff} onClose={close} />}
      {overlay === "delete" && <DeleteStaffDialog staff={staff} onClose={close} onDeleted={() => void navigate("/staff", { replace: true })} />}
    </>
  );
}

function Facts({ staff, zone }: { staff: Staff; zone: string }) {
  const zoneText = zone.replaceAll("_", " ");
  const facts = [
    [t("employeeNumber"), staff.employeeNumber],
    [t("email"), staff.email],
    [t("firstDay"), staff.joinTime ? day(timestampMs(staff.joinTime), zone) : ""],
    [t("lastDay"), staff.leaveTime ? day(timestampMs(staff.leaveTime) - 1, zone) : ""],
    [
      t("lastSeen"),
      staff.lastSeenTime
        ? `${day(timestampMs(staff.lastSeenTime), zone)}, ${timeOfDay(timestampMs(staff.lastSeenTime), zone)} (${zoneText})`
        : t("neverSeen"),
    ],
    [t("shots"), t("shotCount", { count: staff.knownFaceCount })],
  ].filter(([, value]) => value !== "");
  return (
    <dl className="grid gap-x-8 gap-y-3 rounded-2xl border border-line bg-surface px-5 py-4 sm:grid-cols-2 xl:grid-cols-3">
      {facts.map(([term, value]) => (
        <div key={term} className="min-w-0">
          <dt className="text-xs text-quiet">{term}</dt>
          <dd className="m-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
