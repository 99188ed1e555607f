import { create } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";

import { type Camera, CameraService } from "../../src/api/gen/footfall/v1/camera_service_pb";
import { ImageService } from "../../src/api/gen/footfall/v1/image_service_pb";
import { ChangeKind, LiveService, type WatchResponse, WatchResponseSchema } from "../../src/api/gen/footfall/v1/live_service_pb";
import { type Site, SiteService } from "../../src/api/gen/footfall/v1/site_service_pb";
import { type Visit, VisitKind, VisitService } from "../../src/api/gen/footfall/v1/visit_service_pb";
import { FakeAuth, refuse } from "./auth";
import { CAMERAS, id, portrait, SITES, visit, visitsUntil } from "./data";

/** As much of the core as the console's pages need, in memory. */
export class FakeCore {
  readonly auth = new FakeAuth();
  #visits = visitsUntil(Date.now());
  #sites: Site[] = [...SITES];
  #cameras: Camera[] = [...CAMERAS];
  #changes: WatchResponse[] = [];
  #revision = 100n;
  #watchers = new Set<() => void>();
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

  register(router: ConnectRouter): void {
    this.auth.register(router);
    router.service(VisitService, {
      listVisits: (request, context) => {
        this.auth.check(context);
        const start = request.startTime ? timestampMs(request.startTime) : 0;
        const end = request.endTime ? timestampMs(request.endTime) : Number.MAX_SAFE_INTEGER;
        const found = this.#visits.filter((known) => {
          const at = known.firstSeenTime ? timestampMs(known.firstSeenTime) : 0;
          return (
            at >= start &&
            at < end &&
            (request.siteId === "" || request.siteId === known.siteId) &&
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
        const found = this.#visits.find((known) => known.visitId === visitId);
        if (!found) throw refuse(Code.NotFound, "VISIT_NOT_FOUND");
        return found;
      },
    });
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
      deleteSite: ({ siteId }, context) => {
        this.auth.check(context);
        if (this.#cameras.some((camera) => camera.siteId === siteId)) {
          throw refuse(Code.FailedPrecondition, "NOT_EMPTY", { metadata: { holds: "cameras" } });
        }
        this.#sites = this.#sites.filter((site) => site.siteId !== siteId);
        return {};
      },
    });
    router.service(CameraService, {
      listCameras: (_, context) => {
        this.auth.check(context);
        return { cameras: this.#cameras };
      },
    });
  }

  #tell(kind: ChangeKind, changed: Visit): void {
    this.#revision += 1n;
    this.#changes.push(
      create(WatchResponseSchema, {
        revision: this.#revision,
        change: { case: "visit", value: { kind, visit: changed } },
      }),
    );
    for (const wake of this.#watchers) wake();
  }

  async *#watch(after: bigint, signal: AbortSignal, context: HandlerContext): AsyncGenerator<WatchResponse> {
    let seen = after;
    yield create(WatchResponseSchema, { revision: seen });
    while (!signal.aborted) {
      this.auth.check(context);
      for (const change of this.#changes.filter(({ revision }) => revision > seen)) {
        seen = change.revision;
        yield change;
      }
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#watchers.delete(wake);
          resolve();
        };
        this.#watchers.add(wake);
        signal.addEventListener("abort", wake, { once: true });
      });
    }
    if (!context.signal.aborted) throw refuse(Code.Unauthenticated, "UNAUTHENTICATED");
  }
}
