import { type StaffImport, StaffImportState } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { t } from "./texts";

/** How far an import is, in words. */
export function stateText({ state, total }: Pick<StaffImport, "state" | "total">): { readonly tone: "good" | "quiet" | "bad"; readonly text: string } {
  switch (state) {
    case StaffImportState.FINISHED:
      return { tone: "good", text: t("stateFinished") };
    case StaffImportState.READY:
      return { tone: "quiet", text: total > 0 ? t("stateHalf") : t("stateReady") };
    case StaffImportState.UPLOADING:
    case StaffImportState.UNSPECIFIED:
      return { tone: "bad", text: t("stateUploading") };
  }
}
