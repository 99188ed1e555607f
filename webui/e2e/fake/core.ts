import { create } from "@bufbuild/protobuf";
import { timestampMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";

import { AuthService, Role } from "../../src/api/gen/footfall/v1/auth_service_pb";
import { type Camera, CameraService } from "../../src/api/gen/footfall/v1/camera_service_pb";
import { ImageService } from "../../src/api/gen/footfall/v1/image_service_pb";
import { ChangeKind, LiveService, type WatchResponse, WatchResponseSchema } from "../../src/api/gen/footfall/v1/live_service_pb";
import { type Site, SiteService } from "../../src/api/gen/footfall/v1/site_service_pb";
import { type Visit, VisitKind, VisitService } from "../../src/api/gen/footfall/v1/visit_service_pb";
import { ErrorInfoSchema } from "../../src/api/rpc/google/rpc/error_details_pb";
import { CAMERAS, id, portrait, SITES, visit, visitsUntil } from "./data";

export const FAKE_ACCOUNT = { email: "owner@example.com", password: "a long enough password" };
const TOKEN = "fake-token";
const HOUR = 3_600_000;

function refuse(code: Code, reason: string, metadata: Record<string, string> = {}): ConnectError {
  return new ConnectError("refused", code, undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain: "footfall", metadata } },
  ]);
}

/** As much of the core as the console's pages need, in memory. */
export class FakeCore {
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
    router.service(AuthService, {
      issueToken: ({ credentials }) => {
        const given = credentials.case === "password" ? credentials.value : undefined;
        if (given?.email !== FAKE_ACCOUNT.email || given.password !== FAKE_ACCOUNT.password) {
          throw refuse(Code.Unauthenticated, "BAD_CREDENTIALS");
        }
        return {
          accessToken: TOKEN,
          tokenType: "Bearer",
          expireTime: timestampFromMs(Date.now() + HOUR),
          principal: {
            subjectId: id(6, 1),
            role: Role.TENANT_ADMIN,
            tenantId: id(7, 1),
            displayName: "Mara Lindqvist",
            tenantName: "Northwind Shops",
          },
        };
      },
    });
    router.service(VisitService, {
      listVisits: (request, context) => {
        this.#check(context);
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
        this.#check(context);
        const found = this.#visits.find((known) => known.visitId === visitId);
        if (!found) throw refuse(Code.NotFound, "VISIT_NOT_FOUND");
        return found;
      },
    });
    router.service(LiveService, {
      watch: (request, context) => {
        this.#check(context);
        return this.#watch(request.afterRevision ?? this.#revision, context.signal);
      },
    });
    router.service(ImageService, {
      getImage: ({ imageId }, context) => {
        this.#check(context);
        return { contentType: "image/svg+xml", data: new TextEncoder().encode(portrait(Number(imageId.slice(-12)))) };
      },
    });
    router.service(SiteService, {
      listSites: (_, context) => {
        this.#check(context);
        return { sites: this.#sites };
      },
      createSite: ({ site }, context) => {
        this.#check(context);
        if (this.#sites.some(({ displayName }) => displayName === site?.displayName)) {
          throw refuse(Code.AlreadyExists, "ALREADY_EXISTS");
        }
        const made = { ...site!, siteId: id(1, (this.#made += 1)) };
        this.#sites = [...this.#sites, made];
        return made;
      },
      deleteSite: ({ siteId }, context) => {
        this.#check(context);
        if (this.#cameras.some((camera) => camera.siteId === siteId)) {
          throw refuse(Code.FailedPrecondition, "NOT_EMPTY", { holds: "cameras" });
        }
        this.#sites = this.#sites.filter((site) => site.siteId !== siteId);
        return {};
      },
    });
    router.service(CameraService, {
      listCameras: (_, context) => {
        this.#check(context);
        return { cameras: this.#cameras };
      },
    });
  }

  #check(context: HandlerContext): void {
    if (context.requestHeader.get("authorization") !== `Bearer ${TOKEN}`) {
      throw refuse(Code.Unauthenticated, "UNAUTHENTICATED");
    }
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

  async *#watch(after: bigint, signal: AbortSignal): AsyncGenerator<WatchResponse> {
    let seen = after;
    yield create(WatchResponseSchema, { revision: seen });
    while (!signal.aborted) {
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
  }
}
