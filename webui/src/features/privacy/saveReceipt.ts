import type { Erasure } from "../../api/gen/footfall/v1/erasure_service_pb";
import { saveFile } from "../../api/saveFile";

/** Hands the receipt to the browser as a file: a compact JWS, as the core signed it. */
export function saveReceipt({ erasureId, receipt }: Erasure): void {
  saveFile(new Blob([receipt], { type: "application/jose" }), `footfall-erasure-${erasureId}.jws`);
}
