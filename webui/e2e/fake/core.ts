import { create } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs, timestampNow } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";

import { ImageService } from "../../src/api/gen/footfall/v1/image_service_pb";
import { ReportService } from "../../src/api/gen/footfall/v1/report_service_pb";
import {
  ChangeKind,
  LiveService,
  SightingChangeSchema,
  VisitChangeSchema,
  type WatchResponse,
  WatchResponseSchema,
} from "../../src/api/gen/footfall/v1/live_service_pb";
import { type Site, SiteSchema, SiteService } from "../../src/api/gen/footfall/v1/site_service_pb";
import { type Visit, VisitKind, VisitService } from "../../src/api/gen/footfall/v1/visit_service_pb";
import { FakeAdministration } from "./administration";
import type { FaceOutcome } from "../../src/api/gen/footfall/v1/ingest_service_pb";
import { FakeAuth, refuse } from "./auth";
import { FakeCustomers } from "./customers";
import { CAMERAS, id, portrait, SITES, visit, visitsUntil } from "./data";
import { FakeErasures } from "./erasures";
import { explain } from "./explanations";
import { FakeMachines } from "./machines";
import { FakeOptOuts } from "./optOuts";
import { reports } from "./reports";
import { FakeRetention } from "./retention";
import { FakeStaff } from "./staff";
import { FakeStaffImports } from "./staffImports";

/** What an update leaves: each form of the console names what it is about. */
function siteAfter(known: Site, given: Site, paths: readonly string[]): Site {
  const about = (path: string) => paths.includes(path);
  const { recognitionBasis: stated } = given;
  const recorded = stated && { ...stated, recordTime: timestampNow() };
  const basis = about("recognition_basis") ? recorded : known.recognitionBasis;
  return create(SiteSchema, {
    ...(about("display_name") ? given : known),
    imagePolicy: about("image_policy") ? given.imagePolicy : known.imagePolicy,
    anonymous: about("anonymous") ? given.anonymous : known.anonymous,
    recognitionBasis: basis,
  });
}

/** As much of the core as the console's pages need, in memory. */
export class FakeCore {
  readonly auth = new FakeAuth();
  readonly machines = new FakeMachines();
  readonly #administration = new FakeAdministration(this.auth);
  readonly staff = new FakeStaff(this.auth, Date.now());
  readonly imports = new FakeStaffImports(this.auth, this.staff);
  #visits = visitsUntil(Date.now());
  readonly customers = new FakeCustomers({
    check: (context) => this.auth.check(context),
    visits: () => this.#visits,
    undoConversion: (mergeId) => this.staff.undoConversion(mergeId),
  });
  readonly erasures = new FakeErasures(this.auth, this.customers, this.staff, Date.now());
  readonly #optOuts = new FakeOptOuts(this.auth, this.erasures, this.staff, Date.now());
  #sites: Site[] = [...SITES];
  readonly #retention = new FakeRetention(this.auth, (siteId) => this.#sites.some((site) => site.siteId === siteId));
  #changes: WatchResponse[] = [];
  #revision = 100n;
  #watchers = new Set<() => void>();
  #oldest = 0n;
  #cuts = 0;
  #opened = 0;
  #made = 200;

  /** A person comes in; the image follows as a change of its own. */
  arrive(): Visit {
    this.#made += 1;
    const made = { ...visit(this.#made, this.#made, Date.now(), VisitKind.NEW), imageId: "" };
    this.#visits.unshift(made);
    this.#tell(ChangeKind.CREATED, made);
    return made;
  }

  giveImage(made: Visit): void {
    const withImage = { ...made, imageId: id(5, Number(made.customerNumber)) };
    this.#visits = this.#visits.map((known) => (known.visitId === made.visitId ? withImage : known));
    this.#tell(ChangeKind.UPDATED, withImage);
  }

  /** Somebody passes who is in no visit. */
  pass(outcome: FaceOutcome.STAFF | FaceOutcome.UNRECOGNISABLE): void {
    this.#made += 1;
    const at = timestampFromMs(Date.now());
    this.#say({
      case: "sighting",
      value: create(SightingChangeSchema, {
        kind: ChangeKind.CREATED,
        trackId: id(9, this.#made),
        siteId: CAMERAS[0]!.siteId,
        cameraId: CAMERAS[0]!.cameraId,
        outcome,
        firstSeenTime: at,
        lastSeenTime: at,
      }),
    });
  }

  /** Forgets every change that was told: whoever resumes is told to list again. */
  compact(): void {
    this.#changes = [];
    this.#oldest = this.#revision;
  }

  /** Ends every stream, as a core that is restarted. */
  cut(): void {
    this.#cuts += 1;
    for (const wake of [...this.#watchers]) wake();
  }

  /** How many streams are open, and how many were ever opened. */
  get streams(): { open: number; opened: number } {
    return { open: this.#watchers.size, opened: this.#opened };
  }

  register(router: ConnectRouter): void {
    this.auth.register(router);
    this.#administration.register(router);
    this.customers.register(router);
    this.erasures.register(router);
    this.#optOuts.register(router);
    this.#retention.register(router);
    this.staff.register(router);
    this.imports.register(router);
    router.service(VisitService, {
      listVisits: (request, context) => {
        this.auth.check(context);
        const start = request.startTime ? timestampMs(request.startTime) : 0;
        const end = request.endTime ? timestampMs(request.endTime) : Number.MAX_SAFE_INTEGER;
        const found = this.#seen().filter((known) => {
          const at = known.firstSeenTime ? timestampMs(known.firstSeenTime) : 0;
          return (
            at >= start &&
            at < end &&
            (request.siteId === "" || request.siteId === known.siteId) &&
            (request.cameraId === "" || known.cameraIds.includes(request.cameraId)) &&
            (request.customerId === "" || request.customerId === known.customerId) &&
            (request.kind === VisitKind.UNSPECIFIED || request.kind === known.kind)
          );
        });
        const from = Number(request.pageToken);
        const to = from + (request.pageSize || 50);
        return {
          visits: found.slice(from, to),
          nextPageToken: to < found.length ? String(to) : "",
          revision: this.#revision,
        };
      },
      getVisit: ({ visitId }, context) => {
        this.auth.check(context);
        const found = this.#seen().find((known) => known.visitId === visitId);
        if (!found) throw refuse(Code.NotFound, "VISIT_NOT_FOUND");
        return found;
      },
      explainVisit: ({ visitId }, context) => {
        this.auth.check(context);
        const found = this.#visits.find((known) => known.visitId === visitId);
        if (!found) throw refuse(Code.NotFound, "VISIT_NOT_FOUND");
        return { visit: found, explanations: explain(found) };
      },
    });
    router.service(ReportService, reports());
    router.service(LiveService, {
      watch: (request, context) => {
        // A stream ends with its token.
        const ends = AbortSignal.timeout(this.auth.check(context));
        return this.#watch(request.afterRevision ?? this.#revision, AbortSignal.any([context.signal, ends]), context);
      },
    });
    router.service(ImageService, {
      getImage: ({ imageId }, context) => {
        this.auth.check(context);
        return { contentType: "image/svg+xml", data: new TextEncoder().encode(portrait(Number(imageId.slice(-12)))) };
      },
    });
    router.service(SiteService, {
      listSites: (_, context) => {
        this.auth.check(context);
        return { sites: this.#sites };
      },
      createSite: ({ site }, context) => {
        this.auth.check(context);
        if (this.#sites.some(({ displayName }) => displayName === site?.displayName)) {
          throw refuse(Code.AlreadyExists, "ALREADY_EXISTS");
        }
        const made = { ...site!, siteId: id(1, (this.#made += 1)) };
        this.#sites = [...this.#sites, made];
        return made;
      },
      updateSite: ({ site, updateMask }, context) => {
        this.auth.check(context);
        const known = this.#sites.find(({ siteId }) => siteId === site?.siteId);
        if (!known) throw refuse(Code.NotFound, "SITE_NOT_FOUND");
        const changed = siteAfter(known, site!, updateMask?.paths ?? []);
        this.#sites = this.#sites.map((other) => (other === known ? changed : other));
        return changed;
      },
      deleteSite: ({ siteId }, context) => {
        this.auth.check(context);
        if (this.machines.cameras.some((camera) => camera.siteId === siteId)) {
          throw refuse(Code.FailedPrecondition, "NOT_EMPTY", { metadata: { holds: "cameras" } });
        }
        this.#sites = this.#sites.filter((site) => site.siteId !== siteId);
        this.#retention.forget(siteId);
        return {};
      },
    });
    this.machines.register(router, (context) => this.auth.check(context));
  }

  /** The visits as they are known now: of visitors, under whoever they were merged into. */
  #seen(): Visit[] {
    return this.#visits.flatMap((known) => this.customers.seen(known) ?? []);
  }

  #tell(kind: ChangeKind, changed: Visit): void {
    this.#say({ case: "visit", value: create(VisitChangeSchema, { kind, visit: changed }) });
  }

  #say(change: WatchResponse["change"]): void {
    this.#revision += 1n;
    this.#changes.push(create(WatchResponseSchema, { revision: this.#revision, change }));
    for (const wake of this.#watchers) wake();
  }

  async *#watch(after: bigint, signal: AbortSignal, context: HandlerContext): AsyncGenerator<WatchResponse> {
    let seen = after;
    const cuts = this.#cuts;
    if (seen < this.#oldest) throw refuse(Code.OutOfRange, "REVISION_COMPACTED");
    this.#opened += 1;
    yield create(WatchResponseSchema, { revision: seen });
    while (!signal.aborted) {
      if (cuts !== this.#cuts) throw refuse(Code.Unavailable, "STORE_UNAVAILABLE");
      this.auth.check(context);
      for (const change of this.#changes.filter(({ revision }) => revision > seen)) {
        seen = change.revision;
        yield change;
      }
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#watchers.delete(wake);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        this.#watchers.add(wake);
        signal.addEventListener("abort", wake, { once: true });
      });
    }
    if (!context.signal.aborted) throw refuse(Code.Unauthenticated, "UNAUTHENTICATED");
  }
}
