import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { expect, it, vi } from "vitest";

import { StaffImportSchema, StaffImportService, StaffImportState } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { refusal } from "../../../testing/renderConsole";
import { ImportUpload } from "./importUpload";

const FILE = new Blob([Uint8Array.from({ length: 10 }, (_, at) => at)]);
const known = (missing: readonly number[]) =>
  create(StaffImportSchema, {
    importId: "0199a000-0008-7000-8000-000000000001",
    state: StaffImportState.UPLOADING,
    sizeBytes: 10n,
    partSizeBytes: 4,
    missingOffsets: missing.map(BigInt),
  });

/** A core that answers each part as `fate` says. */
function open(fate: (call: number) => ConnectError | undefined = () => undefined) {
  const parts: [offset: number, bytes: number[]][] = [];
  let calls = 0;
  const transport = createRouterTransport((router) => {
    router.service(StaffImportService, {
      uploadStaffImportPart: ({ offset, data }) => {
        const failure = fate((calls += 1));
        if (failure) throw failure;
        parts.push([Number(offset), [...data]]);
        return {};
      },
    });
  });
  const upload = new ImportUpload({ client: createClient(StaffImportService, transport), random: () => 0 });
  return { upload, parts };
}

it("sends each part once, the last with what is left", async () => {
  const { upload, parts } = open();
  expect(await upload.send(FILE, known([0, 4, 8]))).toBe(true);
  expect(parts).toEqual([
    [0, [0, 1, 2, 3]],
    [4, [4, 5, 6, 7]],
    [8, [8, 9]],
  ]);
  expect(upload.state()).toMatchObject({ phase: "done", sentBytes: 10, sizeBytes: 10 });
});

it("sends only what the core lacks, and counts what it has", async () => {
  const { upload, parts } = open();
  const seen: number[] = [];
  upload.subscribe(() => seen.push(upload.state().sentBytes));
  expect(await upload.send(FILE, known([4]))).toBe(true);
  expect(parts).toEqual([[4, [4, 5, 6, 7]]]);
  expect(seen).toContain(6);
  expect(upload.state().sentBytes).toBe(10);
});

it("tries a part again while the server is away, and says that it waits", async () => {
  vi.useFakeTimers();
  try {
    const { upload, parts } = open((call) => (call === 2 ? new ConnectError("away", Code.Unavailable) : undefined));
    const sent = upload.send(FILE, known([0, 4, 8]));
    await vi.waitFor(() => {
      expect(upload.state()).toMatchObject({ phase: "retrying", sentBytes: 4 });
    });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await sent).toBe(true);
    expect(parts.map(([offset]) => offset)).toEqual([0, 4, 8]);
  } finally {
    vi.useRealTimers();
  }
});

it("goes on at once when the network is back", async () => {
  const { upload } = open((call) => (call === 1 ? refusal(Code.Unavailable, "STORE_UNAVAILABLE", { retryMs: 3_600_000 }) : undefined));
  const sent = upload.send(FILE, known([0, 4, 8]));
  await vi.waitFor(() => {
    expect(upload.state().phase).toBe("retrying");
  });
  upload.wake();
  expect(await sent).toBe(true);
});

it("stops at what no other try would mend", async () => {
  const { upload, parts } = open((call) => (call === 2 ? refusal(Code.NotFound, "STAFF_IMPORT_NOT_FOUND") : undefined));
  expect(await upload.send(FILE, known([0, 4, 8]))).toBe(false);
  expect(parts).toHaveLength(1);
  expect(upload.state()).toMatchObject({ phase: "failed", error: { title: "This import does not exist any more" } });
});

it("says of a file that is gone from the disk that it cannot be read", async () => {
  const { upload } = open();
  const gone = { slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException("gone", "NotReadableError")) }) } as unknown as Blob;
  expect(await upload.send(gone, known([0]))).toBe(false);
  expect(upload.state().phase).toBe("unreadable");
});

it("sends nothing more once it is cancelled", async () => {
  const { upload, parts } = open();
  const sent = upload.send(FILE, known([0, 4, 8]));
  upload.cancel();
  expect(await sent).toBe(false);
  expect(parts.length).toBeLessThan(2);
  expect(upload.state().phase).toBe("idle");
});
