import { createClient, type Transport } from "@connectrpc/connect";

import { StaffService } from "./gen/footfall/v1/staff_service_pb";

/** The picture of an enrolled face, by "staff id/face id". */
export async function readStaffFace(transport: Transport, key: string, signal: AbortSignal): Promise<Blob> {
  const [staffId = "", faceId = ""] = key.split("/");
  const body = await createClient(StaffService, transport).getFaceImage({ staffId, faceId }, { signal });
  return new Blob([new Uint8Array(body.data)], { type: body.contentType });
}
