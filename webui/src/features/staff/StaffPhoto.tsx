import type { Staff } from "../../api/gen/footfall/v1/staff_service_pb";
import { useFace, useStaffFace } from "../../api/hooks";
import { FaceFrame } from "../../components/faces/FaceFrame";

/** The best enrolled picture of a staff member, else the best one that a camera took. */
export function StaffPhoto(props: { staff: Pick<Staff, "staffId" | "portraitFaceId" | "imageId">; alt: string; className: string }) {
  const { staff, alt, className } = props;
  const enrolled = useStaffFace(staff.staffId, staff.portraitFaceId);
  const seen = useFace(staff.portraitFaceId === "" ? staff.imageId : "");
  const shown = staff.portraitFaceId === "" ? seen : enrolled;
  return <FaceFrame status={shown.status} url={shown.url} alt={alt} className={className} />;
}
