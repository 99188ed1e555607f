import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter } from "@connectrpc/connect";

import { type Merge, MergeSchema } from "../../src/api/gen/footfall/v1/customer_service_pb";
import {
  FaceVerdict,
  type PastCustomer,
  PastCustomerSchema,
  RecognitionOutcome,
  type Staff,
  type StaffFace,
  StaffFaceSchema,
  StaffPresence,
  StaffSchema,
  StaffService,
} from "../../src/api/gen/footfall/v1/staff_service_pb";
import { type FakeAuth, refuse } from "./auth";
import { id, portrait } from "./data";

const DAY_MS = 86_400_000;
const MOST_FACES = 20;
const CONVERSION_ID = id(8, 900);
const SIZE_PX = 224;
/** The same picture again is no other picture. */
const seen = (image: Uint8Array) => `${image.length}-${image.slice(-64).join()}`;

/** Why a picture is not taken, as an error of the core names it. */
export interface PictureRefusal {
  readonly reason: "NO_FACE" | "FACE_BLURRED" | "DUPLICATE_FACE" | "TOO_MANY_FACES";
  readonly metadata: Readonly<Record<string, string>>;
}

const CODES: Readonly<Record<PictureRefusal["reason"], Code>> = {
  NO_FACE: Code.InvalidArgument,
  FACE_BLURRED: Code.InvalidArgument,
  DUPLICATE_FACE: Code.AlreadyExists,
  TOO_MANY_FACES: Code.FailedPrecondition,
};

/** Looks left, ahead and right, over and over. */
const NOSES = [112, 101, 123];

/** Staff and their faces, in memory. A picture is judged by its size in bytes: what is small shows no face. */
export class FakeStaff {
  #staff: Staff[] = [];
  readonly #faces = new Map<string, StaffFace[]>();
  readonly #pictures = new Map<string, Set<string>>();
  #past: PastCustomer[] = [];
  #made = 500;

  constructor(
    readonly auth: FakeAuth,
    now: number,
  ) {
    const people: [string, string, string, number[], number][] = [
      ["Ann Lindqvist", "1001", "Store manager", [1], 4],
      ["Bo Nguyen", "1002", "Cashier", [1, 2], 2],
      ["Chi Tran", "1003", "Security", [], 0],
      ["Dora Weiss", "0977", "Cashier", [2], 0],
    ];
    for (const [displayName, employeeNumber, jobTitle, sites, faces] of people) {
      const member = this.#add({ displayName, employeeNumber, jobTitle, siteIds: sites.map((site) => id(1, site)) }, now);
      for (let made = 0; made < faces; made += 1) this.#enrol(member.staffId, now);
    }
    this.#change(this.#staff[3]!.staffId, { leaveTime: timestampFromMs(now - 3 * DAY_MS), left: true });
    this.#change(this.#staff[1]!.staffId, { leaveTime: timestampFromMs(now + 9 * DAY_MS) });
    this.#past = [
      [12, 0.74, true, 6],
      [31, 0.41, false, 1],
    ].map(([number, score, matches, visits]) =>
      create(PastCustomerSchema, {
        customerId: id(4, Number(number)),
        number: BigInt(Number(number)),
        score: Number(score),
        matches: matches === true,
        visitCount: Number(visits),
        firstSeenTime: timestampFromMs(now - 20 * DAY_MS),
        lastSeenTime: timestampFromMs(now - 2 * DAY_MS),
        imageId: id(5, Number(number)),
        staffFaceId: this.#faces.get(this.#staff[0]!.staffId)?.[0]?.faceId ?? "",
      }),
    );
  }

  /** Somebody else changes the details, in another browser. */
  changeElsewhere(staffId: string, jobTitle: string): void {
    this.#change(staffId, { jobTitle });
  }

  /** Who has the employee number, or else that name. */
  find(employeeNumber: string, displayName: string): readonly Staff[] {
    if (employeeNumber !== "") return this.#staff.filter((member) => member.employeeNumber === employeeNumber);
    return this.#staff.filter((member) => !member.left && member.displayName.toLowerCase() === displayName.toLowerCase());
  }

  /** Answers the id of the new member. */
  add(values: Partial<Staff>): string {
    return this.#add(values, Date.now()).staffId;
  }

  /** What a picture shows by itself; undefined when it is a good one. */
  judge(image: Uint8Array): PictureRefusal | undefined {
    if (image.length < 2000) return { reason: "NO_FACE", metadata: {} };
    if (image.length < 4000) return { reason: "FACE_BLURRED", metadata: { measured: "0.31", needed: "0.5" } };
    return undefined;
  }

  /** Enrols a picture, or answers why it is not taken. */
  enrol(staffId: string, image: Uint8Array): PictureRefusal | undefined {
    const refusal = this.judge(image);
    if (refusal) return refusal;
    const pictures = this.#pictures.get(staffId) ?? new Set();
    if (pictures.has(seen(image))) return { reason: "DUPLICATE_FACE", metadata: {} };
    if ((this.#faces.get(staffId) ?? []).length >= MOST_FACES) return { reason: "TOO_MANY_FACES", metadata: { most: String(MOST_FACES) } };
    this.#pictures.set(staffId, pictures.add(seen(image)));
    this.#enrol(staffId, Date.now());
    return undefined;
  }

  register(router: ConnectRouter): void {
    router.service(StaffService, {
      listStaff: ({ name, siteId, presence }, context) => {
        this.auth.check(context);
        const wanted = name.toLowerCase();
        return {
          staff: this.#staff.filter(
            (member) =>
              `${member.displayName} ${member.employeeNumber}`.toLowerCase().includes(wanted) &&
              (siteId === "" || member.siteIds.length === 0 || member.siteIds.includes(siteId)) &&
              (presence === StaffPresence.UNSPECIFIED || member.left === (presence === StaffPresence.LEFT)),
          ),
        };
      },
      getStaff: ({ staffId }, context) => {
        this.auth.check(context);
        return this.#get(staffId);
      },
      createStaff: ({ staff }, context) => {
        this.auth.check(context);
        if (staff?.employeeNumber && this.#staff.some(({ employeeNumber }) => employeeNumber === staff.employeeNumber)) {
          throw refuse(Code.AlreadyExists, "ALREADY_EXISTS");
        }
        return this.#add(staff!, Date.now());
      },
      updateStaff: ({ staff, updateMask }, context) => {
        this.auth.check(context);
        const known = this.#get(staff!.staffId);
        if (staff!.etag !== "" && staff!.etag !== known.etag) throw refuse(Code.Aborted, "ETAG_MISMATCH");
        const fields = StaffSchema.fields.filter(({ name }) => updateMask?.paths.includes(name));
        const values = Object.fromEntries(fields.map(({ localName }) => [localName, staff![localName as keyof Staff]])) as Partial<Staff>;
        const changed = this.#change(known.staffId, values);
        const left = changed.leaveTime !== undefined && Number(changed.leaveTime.seconds) * 1000 <= Date.now();
        if (left) this.#faces.delete(known.staffId);
        return this.#change(known.staffId, { left, ...(left ? { enrolledFaceCount: 0, portraitFaceId: "" } : {}) });
      },
      deleteStaff: ({ staffId }, context) => {
        this.auth.check(context);
        this.#get(staffId);
        this.#staff = this.#staff.filter((member) => member.staffId !== staffId);
        return {};
      },
      listFaces: ({ staffId }, context) => {
        this.auth.check(context);
        this.#get(staffId);
        return { faces: this.#faces.get(staffId) ?? [], mostFaces: MOST_FACES };
      },
      addFace: ({ staffId, image }, context) => {
        this.auth.check(context);
        const refusal = this.enrol(staffId, image);
        if (refusal) throw refuse(CODES[refusal.reason], refusal.reason, { metadata: { ...refusal.metadata } });
        return this.#faces.get(staffId)!.at(-1)!;
      },
      getFaceImage: ({ faceId }, context) => {
        this.auth.check(context);
        return { contentType: "image/svg+xml", data: new TextEncoder().encode(portrait(Number(faceId.slice(-12)))) };
      },
      deleteFace: ({ staffId, faceId }, context) => {
        this.auth.check(context);
        this.#keepFaces(
          staffId,
          (this.#faces.get(staffId) ?? []).filter((face) => face.faceId !== faceId),
        );
        return {};
      },
      testRecognition: ({ staffId, image }, context) => {
        this.auth.check(context);
        if (image.length < 2000) throw refuse(Code.InvalidArgument, "NO_FACE");
        const member = this.#get(staffId);
        const [face] = this.#faces.get(staffId) ?? [];
        return {
          outcome: face ? RecognitionOutcome.STAFF : RecognitionOutcome.NOBODY,
          recognised: face !== undefined,
          rule: face ? "matched" : "new",
          candidates: [
            ...(face
              ? [
                  {
                    customerId: staffId,
                    displayName: member.displayName,
                    number: member.number,
                    isStaff: true,
                    score: 0.72,
                    faceScore: 0.74,
                    provenance: "enrolled",
                    staffFaceId: face.faceId,
                  },
                ]
              : []),
            { customerId: id(4, 17), number: 17n, score: 0.31, faceScore: 0.33, provenance: "created", imageId: id(5, 17) },
            { customerId: id(4, 8), number: 8n, score: 0.22, faceScore: 0.24, provenance: "learned", imageId: id(5, 8) },
          ],
          ...(face ? { margin: 0.41 } : { margin: 0.09 }),
          thresholds: { match: 0.52, new: 0.42, margin: 0.04, scope: "site", gallerySize: 40n, targetRate: 0.001, source: "published" },
          gates: [
            { name: "inter_ocular_px", purpose: "match", value: 74, needed: 24, passed: true },
            { name: "sharpness", purpose: "match", value: 0.61, needed: 0.25, passed: true },
            { name: "exposure", purpose: "match", value: 0.83, needed: 0.3, passed: true },
          ],
          quality: { score: 0.61 },
          box: { x: 250, y: 90, width: 150, height: 190 },
          landmarks: [
            { x: 290, y: 165 },
            { x: 360, y: 165 },
            { x: 325, y: 205 },
            { x: 297, y: 240 },
            { x: 353, y: 240 },
          ],
          modelId: "sface-2021dec-int8",
          widthPx: 640,
          heightPx: 480,
        };
      },
      listPastCustomers: ({ staffId }, context) => {
        this.auth.check(context);
        const asked = staffId === this.#staff[0]?.staffId;
        return { pastCustomers: asked ? this.#past : [], threshold: 0.52, sinceTime: timestampFromMs(Date.now() - 30 * DAY_MS) };
      },
      convertCustomers: ({ staffId, customerIds }, context) => {
        this.auth.check(context);
        this.#converted = this.#past.filter(({ customerId }) => customerIds.includes(customerId));
        this.#past = this.#past.filter(({ customerId }) => !customerIds.includes(customerId));
        return create(MergeSchema, { mergeId: CONVERSION_ID, customerId: staffId, sourceCustomerIds: customerIds, visitsBefore: 6, visitsAfter: 0 });
      },
    });
  }

  #converted: PastCustomer[] = [];

  /** What a conversion made one is two again; undefined for any other merge. */
  undoConversion(mergeId: string): Merge | undefined {
    if (mergeId !== CONVERSION_ID) return undefined;
    const sourceCustomerIds = this.#converted.map(({ customerId }) => customerId);
    this.#past = [...this.#converted, ...this.#past];
    this.#converted = [];
    return create(MergeSchema, { mergeId: CONVERSION_ID, sourceCustomerIds, undoTime: timestampFromMs(Date.now()) });
  }

  #get(staffId: string): Staff {
    const found = this.#staff.find((member) => member.staffId === staffId);
    if (!found) throw refuse(Code.NotFound, "STAFF_NOT_FOUND");
    return found;
  }

  #add(values: Partial<Staff>, now: number): Staff {
    this.#made += 1;
    const made = {
      ...create(StaffSchema, { number: BigInt(this.#made), createTime: timestampFromMs(now), lastSeenTime: timestampFromMs(now - DAY_MS) }),
      ...values,
      staffId: id(4, this.#made),
      etag: `etag-${this.#made}`,
    };
    this.#staff.push(made);
    return made;
  }

  #change(staffId: string, values: Partial<Staff>): Staff {
    this.#made += 1;
    const changed = { ...this.#get(staffId), ...values, etag: `etag-${this.#made}` };
    this.#staff = this.#staff.map((member) => (member.staffId === staffId ? changed : member));
    return changed;
  }

  #enrol(staffId: string, now: number): StaffFace {
    const faces = this.#faces.get(staffId) ?? [];
    this.#made += 1;
    const nose = NOSES[faces.length % NOSES.length] ?? 112;
    const made = create(StaffFaceSchema, {
      faceId: id(9, this.#made),
      staffId,
      verdict: FaceVerdict.ACCEPTED,
      quality: { score: 0.55 + (this.#made % 4) / 10 },
      box: { x: 64, y: 46, width: 96, height: 116 },
      landmarks: [
        { x: 94, y: 104 },
        { x: 130, y: 104 },
        { x: nose, y: 122 },
        { x: 98, y: 138 },
        { x: 126, y: 138 },
      ],
      widthPx: SIZE_PX,
      heightPx: SIZE_PX,
      createTime: timestampFromMs(now),
      ...(faces.length === 0 ? {} : { closestOwnScore: 0.68 }),
    });
    this.#keepFaces(staffId, [...faces, made]);
    return made;
  }

  #keepFaces(staffId: string, faces: StaffFace[]): void {
    this.#faces.set(staffId, faces);
    const [best] = [...faces].sort((one, other) => (other.quality?.score ?? 0) - (one.quality?.score ?? 0));
    this.#change(staffId, { enrolledFaceCount: faces.length, knownFaceCount: faces.length, portraitFaceId: best?.faceId ?? "" });
  }
}
