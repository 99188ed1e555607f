import type { AppError } from "../../../api/errors";
import { ErrorReason } from "../../../api/gen/footfall/v1/error_reason_pb";
import type { PlainKey } from "../../../i18n/texts";
import { t } from "./texts";

type TextKey = PlainKey<typeof t>;

/** By the words of the core (docs/api.md): why a file cannot be imported at all, and what to do about it. */
const PROBLEMS: ReadonlyMap<string, readonly [title: TextKey, hint: TextKey]> = new Map([
  ["not_a_zip", ["notAZip", "notAZipHint"]],
  ["empty", ["zipEmpty", "zipEmptyHint"]],
  ["too_many_files", ["tooManyFiles", "splitHint"]],
  ["several_sheets", ["severalSheets", "severalSheetsHint"]],
  ["sheet_unreadable", ["sheetUnreadable", "packAgainHint"]],
  ["sheet_too_large", ["sheetTooLarge", "splitHint"]],
  ["sheet_empty", ["sheetEmpty", "sheetEmptyHint"]],
  ["sheet_encoding", ["sheetEncoding", "sheetEncodingHint"]],
  ["sheet_damaged", ["sheetDamaged", "sheetDamagedHint"]],
  ["sheet_too_many_rows", ["sheetTooManyRows", "splitHint"]],
  ["sheet_column_twice", ["sheetColumnTwice", "sheetColumnTwiceHint"]],
  ["sheet_names_nobody", ["sheetNamesNobody", "sheetNamesNobodyHint"]],
]);

/** What is said of an import that cannot go on: of a file that cannot be read, what is wrong with it and where. */
export function problemOf(failure: AppError): { readonly title: string; readonly hint: string; readonly unreadable: boolean } {
  const { reason, metadata, title, hint } = failure;
  if (reason !== ErrorReason.STAFF_IMPORT_UNREADABLE) return { title, hint, unreadable: false };
  const texts = PROBLEMS.get(metadata.problem ?? "");
  const said = texts ? { title: t(texts[0]), hint: t(texts[1]) } : { title, hint };
  const place = placeOf(metadata.row, metadata.column);
  return { title: said.title, hint: place === undefined ? said.hint : `${place} ${said.hint}`, unreadable: true };
}

function placeOf(row: string | undefined, column: string | undefined): string | undefined {
  if (row !== undefined && column !== undefined) return t("atRowAndColumn", { row, column });
  return row === undefined ? undefined : t("atRow", { row });
}
