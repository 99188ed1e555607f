import type { StaffImportItem } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { t } from "./texts";

/** Where in the zip file something is: its file, or the row that names none. */
export function placeOf({ fileName, row }: Pick<StaffImportItem, "fileName" | "row">): string {
  return fileName === "" ? t("rowAlone", { row: String(row) }) : fileName;
}
