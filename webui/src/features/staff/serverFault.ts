import { type AppError, fieldFault } from "../../api/errors";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import { t } from "./texts";

/** What the server said about a field of the form; a taken number belongs to the number. */
export function serverFault(failure: AppError | undefined, field: string): string | undefined {
  if (!failure) return undefined;
  if (failure.reason === ErrorReason.ALREADY_EXISTS && field === "employee_number") return t("numberTaken");
  return fieldFault(failure, field);
}
