import type { PreviewFace } from "../../api/gen/footfall/v1/ingest_service_pb";
import { FaceOverlay } from "../../components/overlay/FaceOverlay";

/** The faces that the worker found, on the picture in which it found them. */
export function PreviewFaces(props: { faces: readonly PreviewFace[]; width: number; height: number }) {
  const { faces, width, height } = props;
  const boxes = faces.flatMap(({ box, qualityScore, eyeDistance, reasons }) => {
    if (!box) return [];
    const eyes = eyeDistance > 0 ? ` · ${Math.round(eyeDistance)} px` : "";
    return [{ ...box, good: reasons.length === 0, label: `${Math.round(qualityScore * 100)} %${eyes}` }];
  });
  return <FaceOverlay faces={boxes} width={width} height={height} />;
}
