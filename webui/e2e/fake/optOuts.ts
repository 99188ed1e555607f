import { create } from "@bufbuild/protobuf";
import { timestampFromMs, timestampNow } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter } from "@connectrpc/connect";

import { type OptOut, OptOutSchema, OptOutService } from "../../src/api/gen/footfall/v1/opt_out_service_pb";
import { type FakeAuth, refuse } from "./auth";
import { id } from "./data";
import type { FakeErasures } from "./erasures";
import type { FakeStaff } from "./staff";

const DAY_MS = 86_400_000;
/** Whoever signs in, as administration.ts has them. */
const OWNER_ID = id(6, 1);

/** Who is left out, in memory; one of them since before the model was changed. */
export class FakeOptOuts {
  readonly #auth: FakeAuth;
  readonly #erasures: FakeErasures;
  readonly #staff: FakeStaff;
  readonly #requests = new Map<string, OptOut>();
  #optOuts: OptOut[] = [];
  #made = 0;

  constructor(auth: FakeAuth, erasures: FakeErasures, staff: FakeStaff, now: number) {
    this.#auth = auth;
    this.#erasures = erasures;
    this.#staff = staff;
    for (const [days, ticket, inForce] of [
      [190, "OUT-2026-0003", false],
      [41, "", true],
      [5, "OUT-2026-0019", true],
    ] as const) {
      this.#add({ ticket, inForce, createTime: timestampFromMs(now - days * DAY_MS), erasureId: "" });
    }
  }

  register(router: ConnectRouter): void {
    router.service(OptOutService, {
      createOptOut: ({ subject, ticket, consentGiven, requestId }, context) => {
        this.#auth.check(context);
        if (!consentGiven) throw refuse(Code.InvalidArgument, "INVALID_FIELD");
        const known = this.#requests.get(requestId);
        if (known) return known;
        const made = this.#add({ ticket, inForce: true, createTime: timestampNow(), erasureId: this.#taken(subject, ticket) });
        if (requestId !== "") this.#requests.set(requestId, made);
        return made;
      },
      listOptOuts: ({ ticket, pageSize, pageToken }, context) => {
        this.#auth.check(context);
        const found = this.#optOuts.filter((each) => ticket === "" || each.ticket === ticket);
        const from = Number(pageToken);
        const to = from + (pageSize || 50);
        return { optOuts: found.slice(from, to), nextPageToken: to < found.length ? String(to) : "" };
      },
      deleteOptOut: ({ optOutId }, context) => {
        this.#auth.check(context);
        const left = this.#optOuts.filter((each) => each.optOutId !== optOutId);
        if (left.length === this.#optOuts.length) throw refuse(Code.NotFound, "OPT_OUT_NOT_FOUND");
        this.#optOuts = left;
        return {};
      },
    });
  }

  /** The id of the erasure of who was named; a picture is judged as others are, and names nobody. */
  #taken(subject: { case: "subjectId"; value: string } | { case: "image"; value: Uint8Array } | { case: undefined; value?: undefined }, ticket: string): string {
    if (subject.case === "subjectId") return this.#erasures.erase(subject.value, ticket).erasureId;
    const refusal = subject.case === "image" ? this.#staff.judge(subject.value) : undefined;
    if (refusal) throw refuse(Code.InvalidArgument, refusal.reason, { metadata: { ...refusal.metadata } });
    return "";
  }

  #add(values: Pick<OptOut, "ticket" | "inForce" | "createTime" | "erasureId">): OptOut {
    this.#made += 1;
    const made = create(OptOutSchema, { ...values, optOutId: id(8, this.#made), createUserId: OWNER_ID });
    this.#optOuts.unshift(made);
    return made;
  }
}
