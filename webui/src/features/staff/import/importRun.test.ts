import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { expect, it, vi } from "vitest";

import {
  RunStaffImportResponseSchema,
  type StaffImportItem,
  StaffImportItemSchema,
  StaffImportSchema,
  StaffImportService,
  StaffImportState,
} from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { FaceVerdict } from "../../../api/gen/footfall/v1/staff_service_pb";
import { refusal } from "../../../testing/renderConsole";
import { ImportRun, type RunMode } from "./importRun";

const TOTAL = 4;
const items = Array.from({ length: TOTAL }, (_, at) => create(StaffImportItemSchema, { fileName: `${at + 1}.jpg`, verdict: FaceVerdict.ACCEPTED }));

/** One run of the core: how many items it does before it ends as it is told to. */
interface Act {
  readonly does: number;
  readonly then?: ConnectError | "silence" | "end";
  /** What of it the core keeps; all of it unless it says. */
  readonly keeps?: number;
}

/** A core whose runs go as the acts say, one after the other. The record is kept as the real one keeps it. */
function open(acts: readonly Act[], options: { renew?: () => Promise<string | undefined>; begunWith?: number } = {}) {
  const { renew = () => Promise.resolve("next"), begunWith = 0 } = options;
  let record: readonly StaffImportItem[] = items.slice(0, begunWith);
  let finished = false;
  const asked: { validateOnly: boolean }[] = [];
  const transport = createRouterTransport((router) => {
    router.service(StaffImportService, {
      getStaffImport: () =>
        create(StaffImportSchema, {
          state: finished ? StaffImportState.FINISHED : StaffImportState.READY,
          items: [...record],
          total: record.length > 0 ? TOTAL : 0,
        }),
      runStaffImport: async function* ({ validateOnly }, context) {
        asked.push({ validateOnly });
        const act = acts[asked.length - 1] ?? { does: TOTAL };
        const before = validateOnly ? 0 : record.length;
        if (act.then instanceof ConnectError && act.does === 0) throw act.then;
        yield create(RunStaffImportResponseSchema, { total: TOTAL, done: before });
        const done = items.slice(0, Math.min(TOTAL, before + act.does));
        if (!validateOnly) record = done.slice(0, act.keeps ?? done.length);
        for (const [at, item] of done.entries()) {
          if (at >= before) yield create(RunStaffImportResponseSchema, { total: TOTAL, done: at + 1, item });
        }
        if (act.then === "silence") {
          await new Promise((resolve) => {
            context.signal.addEventListener("abort", resolve);
          });
          return;
        }
        if (act.then instanceof ConnectError) throw act.then;
        if (act.then === "end") return;
        if (!validateOnly) finished = true;
        yield create(RunStaffImportResponseSchema, { total: TOTAL, done: TOTAL, summary: { enrolled: TOTAL } });
      },
    });
  });
  const run = new ImportRun("0199a000-0008-7000-8000-000000000001", { client: createClient(StaffImportService, transport), renew, random: () => 0 });
  const seen: string[] = [];
  run.subscribe(() => {
    const { phase, items: shown } = run.state();
    const said = `${phase} ${shown.length}`;
    if (seen.at(-1) !== said) seen.push(said);
  });
  const until = (phase: string) =>
    vi.waitFor(
      () => {
        expect(run.state().phase).toBe(phase);
      },
      { timeout: 5_000 },
    );
  const begin = (mode: RunMode = "import") => {
    run.start(mode, { items: record, total: record.length > 0 ? TOTAL : 0 });
  };
  return { run, asked, seen, until, begin, record: () => record };
}

const names = (run: ImportRun) => run.state().items.map(({ fileName }) => fileName);
const ALL = ["1.jpg", "2.jpg", "3.jpg", "4.jpg"];

it("shows each item as it is done, and that all of them are", async () => {
  const { run, begin, until, seen } = open([]);
  begin();
  await until("finished");
  expect(names(run)).toEqual(ALL);
  expect(seen).toEqual(["running 0", "running 1", "running 2", "running 3", "running 4", "finished 4"]);
});

it.each([
  ["an error", new ConnectError("away", Code.Unavailable)],
  ["an end without a summary", "end" as const],
])("goes on after %s with what the core kept, each item once", async (_, then) => {
  const { run, begin, until, asked, seen } = open([{ does: 3, then, keeps: 2 }]);
  begin();
  await until("finished");
  expect(names(run)).toEqual(ALL);
  expect(asked).toHaveLength(2);
  expect(seen).toContain("retrying 3");
});

it("shows what was done while nobody listened", async () => {
  const { run, begin, until } = open([{ does: 1, then: "end" }, { does: TOTAL }]);
  begin();
  await until("retrying");
  await until("finished");
  expect(names(run)).toEqual(ALL);
});

it("begins with what was done before", async () => {
  const { run, begin, until, seen } = open([], { begunWith: 2 });
  begin();
  await until("finished");
  expect(seen[0]).toBe("running 2");
  expect(names(run)).toEqual(ALL);
});

it("asks for nothing when the last word of a finished import was lost", async () => {
  const { run, begin, until, asked } = open([]);
  begin();
  await until("finished");
  begin();
  await until("finished");
  expect(asked, "the record says that it is finished").toHaveLength(1);
  expect(names(run)).toEqual(ALL);
});

it("begins a check that broke anew, and asks for nothing to be made", async () => {
  const { run, begin, until, asked, seen } = open([{ does: 2, then: new ConnectError("away", Code.Unavailable) }]);
  begin("check");
  await until("finished");
  expect(asked).toEqual([{ validateOnly: true }, { validateOnly: true }]);
  expect(seen).toContain("running 0");
  expect(names(run)).toEqual(ALL);
});

it("waits while another import runs, and then goes on", async () => {
  const { begin, until, asked, seen } = open([{ does: 0, then: refusal(Code.FailedPrecondition, "STAFF_IMPORT_STATE", { metadata: { state: "running" } }) }]);
  begin();
  await until("finished");
  expect(asked).toHaveLength(2);
  expect(seen).toContain("busy 0");
});

it("stops at a file that cannot be read", async () => {
  const { run, begin, until, asked } = open([{ does: 0, then: refusal(Code.FailedPrecondition, "STAFF_IMPORT_UNREADABLE", { metadata: { problem: "empty" } }) }]);
  begin();
  await until("stopped");
  expect(run.state().error?.metadata.problem).toBe("empty");
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(asked).toHaveLength(1);
});

it("goes on with the next token at once, and ends when there is none", async () => {
  const over = refusal(Code.Unauthenticated, "UNAUTHENTICATED");
  const { begin, until, seen } = open([{ does: 2, then: over }]);
  begin();
  await until("finished");
  expect(seen).not.toContain("retrying 2");
  const out = open([{ does: 2, then: over }], { renew: () => Promise.resolve(undefined) });
  out.begin();
  await out.until("stopped");
  expect(out.run.state().items).toHaveLength(2);
});

it("takes a stream that fell silent for dead", async () => {
  vi.useFakeTimers();
  try {
    const { run, begin } = open([{ does: 1, then: "silence" }]);
    begin();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(run.state()).toMatchObject({ phase: "running" });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(run.state().phase).toBe("finished");
    expect(names(run)).toEqual(ALL);
  } finally {
    vi.useRealTimers();
  }
});

it("ends the core's work when it is stopped, and shows no word that comes after", async () => {
  const { run, begin, seen } = open([{ does: 1, then: "silence" }]);
  begin();
  await vi.waitFor(() => {
    expect(run.state().items).toHaveLength(1);
  });
  run.stop();
  expect(run.state()).toMatchObject({ phase: "idle", items: [] });
  await new Promise((resolve) => setTimeout(resolve));
  expect(seen.at(-1)).toBe("idle 0");
});
