import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";

import { AuditEntrySchema, AuditService } from "../../src/api/gen/footfall/v1/audit_service_pb";
import { Role } from "../../src/api/gen/footfall/v1/auth_service_pb";
import { CustomerKind, CustomerSchema, CustomerService } from "../../src/api/gen/footfall/v1/customer_service_pb";
import { VisitKind, VisitService } from "../../src/api/gen/footfall/v1/visit_service_pb";
import { refuse } from "./auth";
import type { FakeCore } from "./core";
import { id, visit } from "./data";

const MINUTE_MS = 60_000;
/** As many at once as the core gives at most. */
const PAGE_MOST = 500;
/** Whose faces there are: more than a browser keeps. */
const FACES = 500;

/**
 * A core with lists of any length, whose rows are made as they are asked for: row N says its own number, so that a
 * reader sees which it is. The lists know no filters; everything else is the fake core's.
 */
export class LongLists {
  readonly #core: FakeCore;
  readonly #count: number;
  readonly #now = Date.now();

  constructor(core: FakeCore, count: number) {
    this.#core = core;
    this.#count = count;
  }

  register(router: ConnectRouter): void {
    this.#core.register(router);
    // What is registered later is what is called.
    router.rpc(VisitService.method.listVisits, (request, context) => {
      const { rows, nextPageToken } = this.#page(request, context, (number) => this.#visit(number));
      return { visits: rows, nextPageToken };
    });
    router.rpc(CustomerService.method.listCustomers, (request, context) => {
      const { rows, nextPageToken } = this.#page(request, context, (number) => this.#customer(this.#count + 1 - number));
      return { customers: rows, nextPageToken };
    });
    router.rpc(AuditService.method.listAuditEntries, (request, context) => {
      const { rows, nextPageToken } = this.#page(request, context, (number) => this.#entry(number));
      return { entries: rows, nextPageToken };
    });
  }

  /** The rows of one page, by their numbers, which go down to 1. */
  #page<Row>(asked: { pageSize: number; pageToken: string }, context: HandlerContext, rowOf: (number: number) => Row) {
    this.#core.auth.check(context);
    const from = asked.pageToken === "" ? 0 : Number(asked.pageToken);
    if (!Number.isInteger(from) || from < 0 || from >= this.#count) throw refuse(Code.InvalidArgument, "BAD_PAGE_TOKEN");
    const to = Math.min(from + Math.min(asked.pageSize || 50, PAGE_MOST), this.#count);
    return {
      rows: Array.from({ length: to - from }, (_, at) => rowOf(this.#count - from - at)),
      nextPageToken: to < this.#count ? String(to) : "",
    };
  }

  #visit(number: number) {
    const made = visit(number, number, this.#now - (this.#count - number) * MINUTE_MS, number % 3 === 0 ? VisitKind.REPEAT : VisitKind.NEW);
    return { ...made, customerName: "", imageId: made.imageId === "" ? "" : id(5, number % FACES) };
  }

  #customer(number: number) {
    const seen = timestampFromMs(this.#now - number * MINUTE_MS);
    return create(CustomerSchema, {
      customerId: id(4, number),
      number: BigInt(number),
      kind: CustomerKind.VISITOR,
      firstSeenTime: seen,
      lastSeenTime: seen,
      visitCount: 1 + (number % 7),
      imageId: id(5, number % FACES),
    });
  }

  #entry(number: number) {
    return create(AuditEntrySchema, {
      auditId: id(0, number),
      sequence: BigInt(number),
      time: timestampFromMs(this.#now - (this.#count - number) * MINUTE_MS),
      actorId: id(6, 1 + (number % 3)),
      actorRole: Role.TENANT_ADMIN,
      action: number % 2 === 0 ? "image.view" : "customer.merge",
      resource: number % 2 === 0 ? "image" : "customer",
      resourceId: id(4, number),
      detail: "{}",
      hash: number.toString(16).padStart(64, "0"),
    });
  }
}
