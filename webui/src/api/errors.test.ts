import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";

import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "./rpc/google/rpc/error_details_pb";
import { toAppError } from "./errors";
import { ErrorReason, ErrorReasonSchema } from "./gen/footfall/v1/error_reason_pb";

const PREFIX = "ERROR_REASON_";

function refused(reason: string, domain = "footfall") {
  return new ConnectError("server text", Code.Internal, undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain, metadata: { request_id: "r1" } } },
  ]);
}

describe("toAppError", () => {
  const reasons = ErrorReasonSchema.values.filter(({ number }) => number !== 0);
  it.each(reasons.map(({ name, number }) => [name, number] as const))("has words for %s", (name, number) => {
    const error = toAppError(refused(name.slice(PREFIX.length)));
    expect(error.reason).toBe(number);
    expect(error.title).not.toBe("");
    expect(error.title).not.toContain("server text");
    expect(error.metadata).toEqual({ request_id: "r1" });
  });

  it.each(["NO_SUCH_REASON", "1", "constructor", ""])("takes %o for no reason", (reason) => {
    expect(toAppError(refused(reason)).reason).toBe(ErrorReason.UNSPECIFIED);
  });

  it("does not take another domain's reason for ours", () => {
    expect(toAppError(refused("INTERNAL", "googleapis.com")).reason).toBe(ErrorReason.UNSPECIFIED);
  });

  it("carries field violations and the pause that the server asks for", () => {
    const error = toAppError(
      new ConnectError("bad", Code.InvalidArgument, undefined, [
        { desc: BadRequestSchema, value: { fieldViolations: [{ field: "site.time_zone", description: "unknown" }] } },
        { desc: RetryInfoSchema, value: { retryDelay: durationFromMs(2500) } },
      ]),
    );
    expect(error.fields).toEqual([{ field: "site.time_zone", description: "unknown" }]);
    expect(error.retryAfterMs).toBe(2500);
  });

  it("says that the server cannot be reached when the network is away", () => {
    expect(toAppError(new TypeError("Failed to fetch")).title).toBe("Footfall cannot be reached");
  });
});
