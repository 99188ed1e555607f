import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";

import {
  type RunStaffImportResponse,
  RunStaffImportResponseSchema,
  type StaffImport,
  StaffImportFault,
  type StaffImportItem,
  StaffImportItemSchema,
  StaffImportSchema,
  StaffImportService,
  StaffImportState,
} from "../../src/api/gen/footfall/v1/staff_import_service_pb";
import { FaceVerdict } from "../../src/api/gen/footfall/v1/staff_service_pb";
import { type FakeAuth, refuse } from "./auth";
import { id, SITES } from "./data";
import type { FakeStaff, PictureRefusal } from "./staff";
import { readZip } from "./zip";

const PART_BYTES = 3 * 1024 * 1024;
const MOST_BYTES = 256 * 1024 * 1024;
const MOST_LISTED = 50;
const DAY_MS = 86_400_000;
const PICTURE = /\.(jpe?g|png|webp|heic)$/i;
const EMAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;

interface Person {
  readonly displayName: string;
  readonly employeeNumber: string;
  readonly jobTitle: string;
  readonly email: string;
  readonly sites: readonly string[];
}

interface Planned {
  readonly fileName: string;
  readonly row: number;
  readonly person: Person | undefined;
  readonly fault: StaffImportFault;
  readonly column: string;
}

interface Import {
  readonly importId: string;
  readonly createdAt: number;
  readonly sizeBytes: number;
  readonly siteIds: readonly string[];
  readonly parts: Map<number, Uint8Array>;
  items: readonly StaffImportItem[];
  total: number;
  finished: boolean;
}

/** What the items of one run have in common. */
interface Run {
  readonly known: Import;
  readonly files: ReadonlyMap<string, Buffer>;
  /** Ids by who is meant; "" is somebody who would be made. */
  readonly people: Map<string, string>;
  readonly validateOnly: boolean;
}

/**
 * Imports of staff as the core does them: parts, one run at a time, a run that goes on where it stopped. Zip files and
 * their CSV file are really read; pictures are judged as FakeStaff judges them.
 */
export class FakeStaffImports {
  readonly #imports = new Map<string, Import>();
  readonly #auth: FakeAuth;
  readonly #staff: FakeStaff;
  #made = 0;
  #running: string | undefined;
  #cuts = 0;
  /** Let go by cut() and release(). */
  readonly #held = new Set<() => void>();
  /** A run waits before the item of this number (from 1 on), until release(). */
  holdBefore: number | undefined;
  /** How many parts are refused next, as by a core that is away. */
  awayForParts = 0;
  /** How many runs were begun, those that went on included. */
  runs = 0;

  constructor(auth: FakeAuth, staff: FakeStaff) {
    this.#auth = auth;
    this.#staff = staff;
  }

  /** Ends every stream, as a core that is restarted; what was done is kept. */
  cut(): void {
    this.#cuts += 1;
    this.release();
  }

  release(): void {
    this.holdBefore = undefined;
    for (const go of [...this.#held]) go();
  }

  reset(): void {
    this.cut();
    this.#imports.clear();
    this.awayForParts = 0;
    this.runs = 0;
  }

  register(router: ConnectRouter): void {
    router.service(StaffImportService, {
      beginStaffImport: ({ sizeBytes, siteIds }, context) => {
        this.#auth.check(context);
        if (sizeBytes < 1n || sizeBytes > BigInt(MOST_BYTES)) {
          throw refuse(Code.InvalidArgument, "INVALID_FIELD", { fields: { size_bytes: "must be at most 268435456" } });
        }
        for (const siteId of siteIds) if (!SITES.some((site) => site.siteId === siteId)) throw refuse(Code.NotFound, "SITE_NOT_FOUND");
        this.#made += 1;
        const made: Import = {
          importId: id(8, this.#made),
          createdAt: Date.now(),
          sizeBytes: Number(sizeBytes),
          siteIds,
          parts: new Map(),
          items: [],
          total: 0,
          finished: false,
        };
        this.#imports.set(made.importId, made);
        return this.#told(made);
      },
      uploadStaffImportPart: ({ importId, offset, data }, context) => {
        this.#auth.check(context);
        const known = this.#get(importId);
        if (this.awayForParts > 0) {
          this.awayForParts -= 1;
          throw new ConnectError("away", Code.Unavailable);
        }
        if (known.finished) throw wrongState("finished");
        const at = Number(offset);
        const wanted = Math.min(PART_BYTES, known.sizeBytes - at);
        if (at % PART_BYTES !== 0 || wanted <= 0) throw refuse(Code.InvalidArgument, "INVALID_FIELD", { fields: { "staff_import.part.offset": "no part" } });
        if (data.length !== wanted) throw refuse(Code.InvalidArgument, "INVALID_FIELD", { fields: { "staff_import.part.data": "wrong size" } });
        known.parts.set(at, data);
        return {};
      },
      runStaffImport: ({ importId, validateOnly }, context) => {
        this.#auth.check(context);
        return this.#run(this.#get(importId), validateOnly, context);
      },
      getStaffImport: ({ importId }, context) => {
        this.#auth.check(context);
        const known = this.#get(importId);
        return { ...this.#told(known), items: [...known.items] };
      },
      listStaffImports: (_, context) => {
        this.#auth.check(context);
        const youngest = [...this.#imports.values()].reverse().slice(0, MOST_LISTED);
        return { imports: youngest.map((each) => this.#told(each)) };
      },
      deleteStaffImport: ({ importId }, context) => {
        this.#auth.check(context);
        const known = this.#get(importId);
        if (this.#running === known.importId) throw wrongState("running");
        this.#imports.delete(importId);
        return {};
      },
    });
  }

  #get(importId: string): Import {
    const known = this.#imports.get(importId);
    if (!known) throw refuse(Code.NotFound, "STAFF_IMPORT_NOT_FOUND");
    return known;
  }

  #missing(known: Import): number[] {
    const offsets = Array.from({ length: Math.ceil(known.sizeBytes / PART_BYTES) }, (_, part) => part * PART_BYTES);
    return known.finished ? [] : offsets.filter((offset) => !known.parts.has(offset));
  }

  #told(known: Import): StaffImport {
    const missing = this.#missing(known);
    const ready = missing.length === 0 ? StaffImportState.READY : StaffImportState.UPLOADING;
    return create(StaffImportSchema, {
      importId: known.importId,
      state: known.finished ? StaffImportState.FINISHED : ready,
      sizeBytes: BigInt(known.sizeBytes),
      partSizeBytes: PART_BYTES,
      missingOffsets: missing.map(BigInt),
      summary: summaryOf(known.items),
      createTime: timestampFromMs(known.createdAt),
      expireTime: timestampFromMs(known.createdAt + DAY_MS),
      total: known.total,
    });
  }

  async *#run(known: Import, validateOnly: boolean, context: HandlerContext): AsyncGenerator<RunStaffImportResponse> {
    const step = (values: Partial<RunStaffImportResponse>) => ({ ...create(RunStaffImportResponseSchema), ...values });
    if (known.finished && !validateOnly) {
      yield step({ total: known.total, done: known.total, summary: summaryOf(known.items) });
      return;
    }
    if (known.finished || this.#missing(known).length > 0) throw wrongState(known.finished ? "finished" : "uploading");
    if (this.#running !== undefined) throw wrongState("running");
    this.#running = known.importId;
    this.runs += 1;
    try {
      const zip = Buffer.concat([...known.parts].sort(([one], [other]) => one - other).map(([, data]) => data));
      const { files, planned } = plan(zip);
      const done = validateOnly ? [] : [...known.items];
      const cuts = this.#cuts;
      // Somebody whom several rows name is looked for, and made, once in a run.
      const people = new Map<string, string>();
      const run = { known, files, people, validateOnly };
      yield step({ total: planned.length, done: done.length });
      try {
        for (const each of planned.slice(done.length)) {
          await this.#hold(done.length + 1, context.signal);
          if (cuts !== this.#cuts) throw refuse(Code.Unavailable, "STORE_UNAVAILABLE");
          if (context.signal.aborted) return;
          const item = this.#item(run, each);
          done.push(item);
          yield step({ total: planned.length, done: done.length, item });
        }
      } finally {
        if (!validateOnly) Object.assign(known, { items: done, total: planned.length });
      }
      if (!validateOnly) {
        known.finished = true;
        known.parts.clear();
      }
      yield step({ total: planned.length, done: done.length, summary: summaryOf(done) });
    } finally {
      this.#running = undefined;
    }
  }

  async #hold(number: number, signal: AbortSignal): Promise<void> {
    if (this.holdBefore !== number) return;
    await new Promise<void>((resolve) => {
      const go = () => {
        this.#held.delete(go);
        signal.removeEventListener("abort", go);
        resolve();
      };
      this.#held.add(go);
      signal.addEventListener("abort", go, { once: true });
    });
  }

  #item({ known, files, people, validateOnly }: Run, planned: Planned): StaffImportItem {
    const { fileName, row, person, fault, column } = planned;
    const item = create(StaffImportItemSchema, { fileName, row, fault, column });
    if (!person || (fault !== StaffImportFault.UNSPECIFIED && fault !== StaffImportFault.NO_PICTURE)) return item;
    const key = person.employeeNumber === "" ? person.displayName.toLowerCase() : `#${person.employeeNumber}`;
    const found = this.#staff.find(person.employeeNumber, person.displayName);
    if (found.length > 1) return { ...item, fault: StaffImportFault.AMBIGUOUS };
    let staffId = people.get(key) ?? found[0]?.staffId ?? "";
    const personCreated = staffId === "" && !people.has(key);
    if (personCreated) {
      if (person.displayName === "") return { ...item, fault: StaffImportFault.NO_PERSON };
      const named = person.sites.map((name) => SITES.find((site) => site.displayName.toLowerCase() === name.toLowerCase())?.siteId);
      if (named.includes(undefined)) return { ...item, fault: StaffImportFault.SITE_UNKNOWN };
      const siteIds = named.length > 0 ? named.map(String) : [...known.siteIds];
      const { displayName, employeeNumber, jobTitle, email } = person;
      if (!validateOnly) staffId = this.#staff.add({ displayName, employeeNumber, jobTitle, email, siteIds });
    }
    people.set(key, staffId);
    const whose = { ...item, staffId, personCreated };
    if (fault === StaffImportFault.NO_PICTURE) return whose;
    const picture = files.get(fileName);
    if (!picture) throw new Error(`${fileName} was planned and is not in the file`);
    const refusal = validateOnly ? this.#staff.judge(picture) : this.#staff.enrol(staffId, picture);
    return refusal ? { ...whose, ...verdictOf(refusal) } : { ...whose, verdict: FaceVerdict.ACCEPTED };
  }
}

const VERDICTS: Readonly<Record<PictureRefusal["reason"], FaceVerdict>> = {
  NO_FACE: FaceVerdict.NO_FACE,
  FACE_BLURRED: FaceVerdict.BLURRED,
  DUPLICATE_FACE: FaceVerdict.DUPLICATE,
  TOO_MANY_FACES: FaceVerdict.TOO_MANY_FACES,
};

function verdictOf({ reason, metadata }: PictureRefusal): Partial<StaffImportItem> {
  const { measured, needed, most } = metadata;
  const bound = needed ?? most;
  return {
    verdict: VERDICTS[reason],
    ...(measured === undefined ? {} : { measured: Number(measured) }),
    ...(bound === undefined ? {} : { needed: Number(bound) }),
  };
}

function summaryOf(items: readonly StaffImportItem[]) {
  const enrolled = items.filter(({ verdict }) => verdict === FaceVerdict.ACCEPTED).length;
  const judged = items.filter(({ verdict }) => verdict !== FaceVerdict.UNSPECIFIED).length;
  return {
    $typeName: "footfall.v1.StaffImportSummary" as const,
    enrolled,
    refused: judged - enrolled,
    failed: items.length - judged,
    peopleCreated: items.filter(({ personCreated }) => personCreated).length,
  };
}

/** Whose the files are: by the rows of the CSV file, or by their folders. */
function plan(zip: Buffer): { files: ReadonlyMap<string, Buffer>; planned: readonly Planned[] } {
  const all = readZip(zip);
  if (!all) throw unreadable({ problem: "not_a_zip" });
  const sheets = [...all.keys()].filter((path) => path.toLowerCase().endsWith(".csv"));
  if (sheets.length > 1) throw unreadable({ problem: "several_sheets" });
  const files = new Map([...all].filter(([path]) => !sheets.includes(path)));
  const [sheet] = sheets;
  const paths = [...files.keys()].sort();
  const planned = sheet === undefined ? paths.map(byFolder) : bySheet(paths, all.get(sheet)!.toString("utf8"));
  if (planned.length === 0) throw unreadable({ problem: "empty" });
  return { files, planned };
}

function byFolder(fileName: string): Planned {
  const folder = fileName.split("/").at(-2) ?? "";
  const blank = { fileName, row: 0, person: undefined, column: "" };
  if (!PICTURE.test(fileName)) return { ...blank, fault: StaffImportFault.UNUSED };
  if (folder === "") return { ...blank, fault: StaffImportFault.NO_PERSON };
  const person = { displayName: folder, employeeNumber: "", jobTitle: "", email: "", sites: [] };
  return { ...blank, person, fault: StaffImportFault.UNSPECIFIED };
}

function bySheet(paths: readonly string[], sheet: string): Planned[] {
  const [headings = [], ...rows] = sheet
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.split(";"));
  if (!headings.includes("display_name") && !headings.includes("employee_number")) {
    throw unreadable({ problem: "sheet_names_nobody", row: "1" });
  }
  const planned = rows.flatMap((cells, at): Planned[] => {
    if (cells.every((cell) => cell.trim() === "")) return [];
    const cell = (heading: string) => (cells[headings.indexOf(heading)] ?? "").trim();
    const list = (heading: string) => cell(heading).split("|").filter(Boolean);
    const person: Person = {
      displayName: cell("display_name"),
      employeeNumber: cell("employee_number"),
      jobTitle: cell("job_title"),
      email: cell("email"),
      sites: list("sites"),
    };
    const blank = { fileName: "", row: at + 2, person, fault: StaffImportFault.UNSPECIFIED, column: "" };
    const wrong = person.email !== "" && !EMAIL.test(person.email);
    const nobody = person.displayName === "" && person.employeeNumber === "";
    const fault = wrong ? StaffImportFault.INVALID : nobody ? StaffImportFault.NO_PERSON : StaffImportFault.UNSPECIFIED;
    const column = wrong ? "email" : "";
    const named = list("file");
    if (named.length === 0) return [{ ...blank, fault: fault || StaffImportFault.NO_PICTURE, column }];
    return named.flatMap((name): Planned[] => {
      const found = paths.filter((path) => path === name || path.startsWith(`${name.replace(/\/$/, "")}/`));
      if (found.length === 0) return [{ ...blank, fileName: name, fault: fault || StaffImportFault.FILE_MISSING, column }];
      return found.map((fileName) => ({ ...blank, fileName, fault, column }));
    });
  });
  const used = new Set(planned.map(({ fileName }) => fileName));
  const unused = paths.filter((path) => !used.has(path));
  return [...planned, ...unused.map((fileName) => ({ fileName, row: 0, person: undefined, fault: StaffImportFault.UNUSED, column: "" }))];
}

function wrongState(state: string) {
  return refuse(Code.FailedPrecondition, "STAFF_IMPORT_STATE", { metadata: { state } });
}

function unreadable(metadata: Record<string, string>) {
  return refuse(Code.FailedPrecondition, "STAFF_IMPORT_UNREADABLE", { metadata });
}
