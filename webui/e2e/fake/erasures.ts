import { createHash, generateKeyPairSync, sign } from "node:crypto";

import { create } from "@bufbuild/protobuf";
import { timestampFromMs, timestampNow } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter } from "@connectrpc/connect";

import {
  type Erasure,
  type ErasureCounts,
  ErasureCountsSchema,
  ErasureKind,
  ErasureSchema,
  ErasureService,
} from "../../src/api/gen/footfall/v1/erasure_service_pb";
import { type Customer, CustomerKind } from "../../src/api/gen/footfall/v1/customer_service_pb";
import { type FakeAuth, refuse } from "./auth";
import type { FakeCustomers } from "./customers";
import { id } from "./data";
import type { FakeStaff } from "./staff";

const DAY_MS = 86_400_000;
/** Whoever signs in, as administration.ts has them. */
const OWNER_ID = id(6, 1);
/** Who only waits to be recognised again, and is no customer. */
const WAITING_ID = id(4, 990);
const THRESHOLDS = { match: 0.52, new: 0.42, margin: 0.04, scope: "site", gallerySize: 40n, targetRate: 0.001, source: "published" };
/** A picture of fewer bytes shows somebody whom no camera saw; of fewer still, no face (staff.ts). */
const SEEN_BYTES = 6000;

/** Erasures in memory, with receipts that the public key verifies. */
export class FakeErasures {
  readonly #auth: FakeAuth;
  readonly #customers: FakeCustomers;
  readonly #staff: FakeStaff;
  readonly #keys = generateKeyPairSync("ed25519");
  #erasures: Erasure[] = [];
  readonly #requests = new Map<string, string>();
  #waits = true;
  #made = 0;
  /** While it is true, nothing that is erased becomes complete. */
  holds = false;

  constructor(auth: FakeAuth, customers: FakeCustomers, staff: FakeStaff, now: number) {
    this.#auth = auth;
    this.#customers = customers;
    this.#staff = staff;
    for (let number = 22; number >= 1; number -= 1) {
      const kind = number % 7 === 3 ? ErasureKind.STAFF : ErasureKind.CUSTOMER;
      const restored = number % 7 === 2;
      this.#add({
        kind,
        subjectId: id(4, 700 + number),
        ticket: restored || number % 5 === 0 ? "" : `DSR-2026-${String(140 - number).padStart(4, "0")}`,
        createTime: timestampFromMs(now - number * 3 * DAY_MS),
        createUserId: restored ? "" : OWNER_ID,
        removed: create(ErasureCountsSchema, { faces: 1 + (number % 5), tracks: 3 * number, visits: 2 * number, images: 4 * number }),
      });
    }
    this.#complete();
  }

  /** What is erased becomes complete from here on, and what waited for it at once. */
  release(): void {
    this.holds = false;
  }

  /** Erases somebody who is known. */
  erase(subjectId: string, ticket: string): Erasure {
    return this.#add({ ...this.#erase(subjectId), ticket, createTime: timestampNow(), createUserId: OWNER_ID });
  }

  register(router: ConnectRouter): void {
    router.service(ErasureService, {
      findErasureSubjects: ({ image }, context) => {
        this.#auth.check(context);
        const refusal = this.#staff.judge(image);
        if (refusal) throw refuse(Code.InvalidArgument, refusal.reason, { metadata: { ...refusal.metadata } });
        const candidates = image.length < SEEN_BYTES ? [] : this.#candidates();
        return { candidates, thresholds: THRESHOLDS, box: { x: 60, y: 40, width: 150, height: 190 } };
      },
      previewErasure: ({ subjectId }, context) => {
        this.#auth.check(context);
        if (this.#isWaiting(subjectId)) return { subjectId, kind: ErasureKind.CUSTOMER, removed: { faces: 1, tracks: 1, images: 1 } };
        const person = this.#person(subjectId);
        return {
          subjectId: person.customerId,
          kind: kindOf(person),
          displayName: person.displayName,
          number: person.number,
          removed: countsOf(person),
        };
      },
      createErasure: ({ subjectId, ticket, requestId }, context) => {
        this.#auth.check(context);
        const known = this.#requests.get(requestId);
        if (known !== undefined) return this.#get(known);
        const made = this.erase(subjectId, ticket);
        if (requestId !== "") this.#requests.set(requestId, made.erasureId);
        return made;
      },
      getErasure: ({ erasureId }, context) => {
        this.#auth.check(context);
        this.#complete();
        return this.#get(erasureId);
      },
      listErasures: ({ ticket, pageSize, pageToken }, context) => {
        this.#auth.check(context);
        this.#complete();
        const found = this.#erasures.filter((erasure) => ticket === "" || erasure.ticket === ticket);
        const from = Number(pageToken);
        const to = from + (pageSize || 50);
        return { erasures: found.slice(from, to), nextPageToken: to < found.length ? String(to) : "" };
      },
      getErasureKey: (_, context) => {
        this.#auth.check(context);
        return { keyId: this.#keyId(), publicKey: this.#keys.publicKey.export({ type: "spki", format: "pem" }).toString() };
      },
    });
  }

  #candidates() {
    const like = (number: number, score: number) => {
      const { customerId, displayName, number: shown, imageId } = this.#person(id(4, number));
      return { customerId, displayName, number: shown, score, faceScore: score + 0.02, provenance: "created", imageId };
    };
    const known = [
      { number: 41, score: 0.74 },
      { number: 44, score: 0.47 },
    ].flatMap(({ number, score }) => (this.#customers.known(id(4, number)) ? [like(number, score)] : []));
    const waiting = { customerId: WAITING_ID, isWaiting: true, score: 0.44, faceScore: 0.45, provenance: "created", imageId: id(5, 33) };
    return this.#waits ? [...known, waiting] : known;
  }

  #isWaiting(subjectId: string): boolean {
    return subjectId === WAITING_ID && this.#waits;
  }

  #person(subjectId: string): Customer {
    const person = this.#customers.known(subjectId);
    if (!person) throw refuse(Code.NotFound, "CUSTOMER_NOT_FOUND");
    return person;
  }

  #erase(subjectId: string): Pick<Erasure, "kind" | "subjectId" | "removed"> {
    if (this.#isWaiting(subjectId)) {
      this.#waits = false;
      return { kind: ErasureKind.CUSTOMER, subjectId, removed: create(ErasureCountsSchema, { faces: 1, tracks: 1, images: 1 }) };
    }
    const person = this.#person(subjectId);
    this.#customers.erase(person.customerId);
    return { kind: kindOf(person), subjectId: person.customerId, removed: countsOf(person) };
  }

  #get(erasureId: string): Erasure {
    const found = this.#erasures.find((erasure) => erasure.erasureId === erasureId);
    if (!found) throw refuse(Code.NotFound, "ERASURE_NOT_FOUND");
    return found;
  }

  #add(values: Pick<Erasure, "kind" | "subjectId" | "removed" | "ticket" | "createTime" | "createUserId">): Erasure {
    this.#made += 1;
    const made = create(ErasureSchema, { ...values, erasureId: id(0, this.#made) });
    this.#erasures.unshift(made);
    return made;
  }

  /** Gives every open erasure its receipt, unless it is held back. */
  #complete(): void {
    if (this.holds) return;
    this.#erasures = this.#erasures.map((erasure) =>
      erasure.receipt === "" ? { ...erasure, completeTime: timestampNow(), receipt: this.#receipt(erasure) } : erasure,
    );
  }

  #receipt({ erasureId, ticket }: Erasure): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg: "EdDSA", kid: this.#keyId() })}.${part({ erasure_id: erasureId, ticket })}`;
    return `${signed}.${sign(null, Buffer.from(signed), this.#keys.privateKey).toString("base64url")}`;
  }

  #keyId(): string {
    const { crv, kty, x } = this.#keys.publicKey.export({ format: "jwk" });
    return createHash("sha256").update(JSON.stringify({ crv, kty, x })).digest("base64url");
  }
}

function kindOf({ kind }: Customer): ErasureKind {
  return kind === CustomerKind.STAFF ? ErasureKind.STAFF : ErasureKind.CUSTOMER;
}

function countsOf({ faceCount, visitCount }: Customer): ErasureCounts {
  return create(ErasureCountsSchema, { faces: faceCount, tracks: faceCount, visits: visitCount, images: 2 * faceCount });
}
