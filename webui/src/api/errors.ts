import { durationMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";

import { errorText } from "./errorTexts";
import { ErrorReason } from "./gen/footfall/v1/error_reason_pb";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "./rpc/google/rpc/error_details_pb";

/** A field that the server refused, by its proto path, for example "site.display_name". */
export interface FieldFault {
  readonly field: string;
  readonly description: string;
}

/** A failed call in words that can be shown. */
export interface AppError {
  readonly code: Code;
  readonly reason: ErrorReason;
  readonly title: string;
  readonly hint: string;
  readonly fields: readonly FieldFault[];
  readonly metadata: Readonly<Record<string, string>>;
  /** How long the server asks to wait before another try. */
  readonly retryAfterMs: number | undefined;
}

const DOMAIN = "footfall";

export function toAppError(error: unknown): AppError {
  const failure = ConnectError.from(error);
  const info = failure.findDetails(ErrorInfoSchema).find((detail) => detail.domain === DOMAIN);
  const reason = reasonOf(info?.reason);
  const retryDelay = failure.findDetails(RetryInfoSchema)[0]?.retryDelay;
  return {
    code: failure.code,
    reason,
    ...errorText(reason, failure.code),
    fields: failure
      .findDetails(BadRequestSchema)
      .flatMap((detail) => detail.fieldViolations)
      .map(({ field, description }) => ({ field, description })),
    metadata: info?.metadata ?? {},
    retryAfterMs: retryDelay ? durationMs(retryDelay) : undefined,
  };
}

/** What another try may mend when the answer has no reason: it came from the gateway, or none came. */
const PASSING = new Set([Code.Unavailable, Code.DeadlineExceeded, Code.Unknown, Code.Aborted, Code.ResourceExhausted]);

/** Whether the same call may fare better in a while: the server was away, or had too much to do. */
export function mayPass({ reason, code }: AppError): boolean {
  if (reason === ErrorReason.UNSPECIFIED) return PASSING.has(code);
  return code === Code.Unavailable || reason === ErrorReason.RATE_LIMITED || reason === ErrorReason.INTERNAL;
}

function reasonOf(name = ""): ErrorReason {
  // A TypeScript enum also maps its numbers back to names; those are no reasons.
  if (!/^[A-Z]/.test(name) || !Object.hasOwn(ErrorReason, name)) return ErrorReason.UNSPECIFIED;
  return ErrorReason[name as keyof typeof ErrorReason];
}

/** What the server said about a field of a form, by the field's own name. */
export function fieldFault(failure: AppError | undefined, field: string): string | undefined {
  return failure?.fields.find((fault) => fault.field === field || fault.field.endsWith(`.${field}`))?.description;
}
