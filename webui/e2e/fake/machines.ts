import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs, timestampNow } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";

import { CommandKind, CommandState } from "../../src/api/gen/footfall/v1/camera_command_pb";
import { CameraControlService, type Worker, WorkerSchema } from "../../src/api/gen/footfall/v1/camera_control_service_pb";
import { type Camera, CameraService } from "../../src/api/gen/footfall/v1/camera_service_pb";
import { CertificateService, type JoinToken, type WorkerCertificate } from "../../src/api/gen/footfall/v1/certificate_service_pb";
import { QualityReason } from "../../src/api/gen/footfall/v1/face_event_pb";
import { CameraFault, CameraState, WorkerStatus } from "../../src/api/gen/footfall/v1/ingest_service_pb";
import { refuse } from "./auth";
import { CAMERAS, id } from "./data";
import { HEADS, SCENE } from "./scene";

const SECOND = 1000;
const FRAME_MS = 400;

/** The cameras and the workers of the fake core, and what they are told. */
export class FakeMachines {
  cameras: Camera[] = [...CAMERAS];
  /** Every command that was sent, once for each request id. */
  readonly commands: { readonly kind: CommandKind; readonly cameraId: string }[] = [];
  /** How many watch a camera now. */
  watching = 0;
  #workers: Worker[] = workers(Date.now());
  #certificates: WorkerCertificate[] = [];
  #tokens: JoinToken[] = [];
  #answered = new Map<string, string>();
  #made = 0;

  /** Cameras as they were before anybody changed one. */
  reset(): void {
    this.cameras = [...CAMERAS];
  }

  register(router: ConnectRouter, check: (context: HandlerContext) => void): void {
    router.service(CameraService, {
      listCameras: (_, context) => {
        check(context);
        return { cameras: this.cameras, revision: 100n };
      },
      getCamera: ({ cameraId }, context) => {
        check(context);
        return this.#camera(cameraId);
      },
      updateCamera: ({ camera, updateMask }, context) => {
        check(context);
        const known = this.#camera(camera?.cameraId ?? "");
        const paths = new Set(updateMask?.paths);
        const changed: Camera = {
          ...known,
          ...(paths.has("display_name") && { displayName: camera!.displayName }),
          ...(paths.has("source_url") && { sourceUrl: camera!.sourceUrl.replace(/:[^:@/]+@/, ":***@") }),
          ...(paths.has("enabled") && { enabled: camera!.enabled! }),
          ...(paths.has("settings") && { settings: camera!.settings! }),
          updateTime: timestampNow(),
        };
        this.cameras = this.cameras.map((each) => (each === known ? changed : each));
        return changed;
      },
    });
    router.service(CameraControlService, {
      listWorkers: (_, context) => {
        check(context);
        return { workers: this.#workers, revision: 100n };
      },
      deleteWorker: ({ workerId }, context) => {
        check(context);
        if (this.#workers.some((each) => each.workerId === workerId && each.status !== WorkerStatus.OFFLINE)) {
          throw refuse(Code.FailedPrecondition, "WORKER_ONLINE");
        }
        this.#workers = this.#workers.filter((each) => each.workerId !== workerId);
        return {};
      },
      getSnapshot: ({ cameraId }, context) => {
        check(context);
        this.#camera(cameraId);
        return { contentType: "image/jpeg", data: SCENE };
      },
      sendCommand: ({ cameraId, kind, requestId }, context) => {
        check(context);
        const commandId = this.#answered.get(requestId) ?? id(8, (this.#made += 1));
        if (!this.#answered.has(requestId)) this.commands.push({ kind, cameraId });
        this.#answered.set(requestId, commandId);
        if (cameraId !== CAMERAS[0]?.cameraId) throw refuse(Code.Unavailable, "WORKER_OFFLINE", { retryMs: 5 * SECOND });
        return { commandId, cameraId, kind, state: CommandState.SUCCEEDED, createTime: timestampNow(), finishTime: timestampNow() };
      },
      watchPreview: (_, context) => {
        check(context);
        return this.#preview(context.signal);
      },
    });
    router.service(CertificateService, {
      listJoinTokens: (_, context) => {
        check(context);
        return { joinTokens: this.#tokens };
      },
      createJoinToken: ({ siteId, displayName }, context) => {
        check(context);
        const now = Date.now();
        const joinToken = {
          joinTokenId: id(9, (this.#made += 1)),
          siteId,
          displayName,
          createTime: timestampFromMs(now),
          expireTime: timestampFromMs(now + 24 * 3600 * SECOND),
        } as JoinToken;
        this.#tokens = [joinToken, ...this.#tokens];
        return { joinToken, secret: "ffj_0199a000_this-is-shown-once" };
      },
      revokeJoinToken: ({ joinTokenId }, context) => {
        check(context);
        const token = this.#tokens.find((each) => each.joinTokenId === joinTokenId);
        if (!token) throw refuse(Code.NotFound, "JOIN_TOKEN_NOT_FOUND");
        this.#tokens = this.#tokens.filter((each) => each !== token);
        return token;
      },
      listCertificates: (_, context) => {
        check(context);
        return { certificates: this.#certificates };
      },
    });
  }

  async *#preview(signal: AbortSignal) {
    this.watching += 1;
    try {
      while (!signal.aborted) {
        yield {
          jpeg: SCENE,
          captureTime: timestampNow(),
          faces: [
            { box: HEADS[0], qualityScore: 0.86, eyeDistance: 62, reasons: [] },
            { box: HEADS[1], qualityScore: 0.31, eyeDistance: 19, reasons: [QualityReason.TOO_SMALL, QualityReason.BLURRED] },
          ],
        };
        await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
      }
    } finally {
      this.watching -= 1;
    }
  }

  #camera(cameraId: string): Camera {
    const found = this.cameras.find((each) => each.cameraId === cameraId);
    if (!found) throw refuse(Code.NotFound, "CAMERA_NOT_FOUND");
    return found;
  }
}

function workers(now: number): Worker[] {
  return [
    create(WorkerSchema, {
      workerId: id(4, 901),
      siteId: id(1, 1),
      displayName: "harbour-nuc",
      softwareVersion: "0.1.0",
      modelId: "fr-mobilefacenet-512",
      capabilities: ["commands", "previews", "leases"],
      status: WorkerStatus.PROCESSING,
      connectTime: timestampFromMs(now - 3_600 * SECOND),
      lastSeenTime: timestampFromMs(now - 4 * SECOND),
      startTime: timestampFromMs(now - 90_000 * SECOND),
      queue: { waitingEvents: 3n, waitingImages: 5n, bytes: 184_320n, oldestEventTime: timestampFromMs(now - 12 * SECOND) },
      clockOffset: durationFromMs(140),
      freeDiskBytes: 182_536_110_080n,
      executionProvider: "openvino",
      cameras: [
        {
          cameraId: id(2, 1),
          state: CameraState.ONLINE,
          lastFrameTime: timestampFromMs(now - SECOND),
          framesPerSecond: 9.6,
          droppedFrames: 41n,
          width: 1920,
          height: 1080,
        },
      ],
    }),
    create(WorkerSchema, {
      workerId: id(4, 902),
      siteId: id(1, 2),
      displayName: "market-mini",
      softwareVersion: "0.1.0",
      modelId: "fr-mobilefacenet-512",
      status: WorkerStatus.ONLINE,
      connectTime: timestampFromMs(now - 7_200 * SECOND),
      lastSeenTime: timestampFromMs(now - 9 * SECOND),
      queue: {},
      clockOffset: durationFromMs(-21_000),
      freeDiskBytes: 3_221_225_472n,
      executionProvider: "coreml",
      cameras: [
        {
          cameraId: id(2, 3),
          state: CameraState.FAILED,
          fault: CameraFault.AUTH,
          detail: "401 Unauthorized",
          lastFrameTime: timestampFromMs(now - 5_400 * SECOND),
        },
      ],
    }),
    create(WorkerSchema, {
      workerId: id(4, 903),
      siteId: id(1, 2),
      displayName: "market-old-pc",
      softwareVersion: "0.0.9",
      modelId: "fr-mobilefacenet-512",
      status: WorkerStatus.OFFLINE,
      connectTime: timestampFromMs(now - 1_000_000 * SECOND),
      lastSeenTime: timestampFromMs(now - 800_000 * SECOND),
      queue: { waitingEvents: 1204n, bytes: 9_437_184n, oldestEventTime: timestampFromMs(now - 820_000 * SECOND) },
      executionProvider: "cpu",
    }),
  ];
}
