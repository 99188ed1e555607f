import type { RecognitionCandidate } from "../../api/gen/footfall/v1/staff_service_pb";
import { useFace, useStaffFace } from "../../api/hooks";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { candidateName } from "./candidateName";
import { t } from "./texts";

/** The face that was matched: the enrolled one, else the person's best of a camera. */
export function CandidateFace({ candidate, className }: { candidate: RecognitionCandidate; className: string }) {
  const enrolled = useStaffFace(candidate.customerId, candidate.staffFaceId);
  const seen = useFace(candidate.staffFaceId === "" ? candidate.imageId : "");
  const shown = candidate.staffFaceId === "" ? seen : enrolled;
  return <FaceFrame status={shown.status} url={shown.url} alt={t("photoOf", { name: candidateName(candidate) })} className={className} />;
}
