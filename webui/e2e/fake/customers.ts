import { create } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs, timestampNow } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";

import { Crossing } from "../../src/api/gen/footfall/v1/camera_settings_pb";
import {
  type Customer,
  CustomerKind,
  CustomerSchema,
  CustomerService,
  type Merge,
  MergeConflictKind,
  MergeConflictSchema,
  MergeSchema,
  type MergeSuggestion,
  MergeSuggestionKind,
  MergeSuggestionSchema,
  type Sighting,
  SightingSchema,
} from "../../src/api/gen/footfall/v1/customer_service_pb";
import type { Visit } from "../../src/api/gen/footfall/v1/visit_service_pb";
import { refuse } from "./auth";
import { id } from "./data";

interface Person {
  readonly customerId: string;
  readonly number: bigint;
  name: string;
  kind: CustomerKind;
  erased: boolean;
  /** Who it is since a merge. */
  mergedInto: Person | undefined;
}

const DISTANCE = 5000;

/** Who is who, in memory: merges move pointers, so that an undone merge leaves everything as it was. */
export class FakeCustomers {
  readonly #check: (context: HandlerContext) => void;
  readonly #visits: () => readonly Visit[];
  readonly #undoConversion: (mergeId: string) => Merge | undefined;
  readonly #people = new Map<string, Person>();
  readonly #moved = new Map<string, string>();
  #merges: Merge[] = [];
  #suggestions: MergeSuggestion[] = [];
  #distinct = new Set<string>();
  #made = 0;

  constructor(options: {
    check: (context: HandlerContext) => void;
    visits: () => readonly Visit[];
    /** Undoes a merge that made customers staff; undefined when it is none of those. */
    undoConversion: (mergeId: string) => Merge | undefined;
  }) {
    this.#check = options.check;
    this.#undoConversion = options.undoConversion;
    this.#visits = options.visits;
    for (const visit of options.visits()) this.#know(visit);
    // A chain of some size, most of whom were not here lately.
    for (let number = 1; number <= 400; number += 1) this.#person(id(4, number), BigInt(number), "");
    const [ada, jonas] = [this.#people.get(id(4, 3)), this.#people.get(id(4, 7))];
    if (ada) ada.name = "Ada Brandt";
    if (jonas) jonas.name = "Jonas Weber";
    const staff = this.#people.get(id(4, 5));
    if (staff) staff.kind = CustomerKind.STAFF;
    this.reset();
  }

  reset(): void {
    this.#suggestions = [
      this.#suggest(1, MergeSuggestionKind.MERGE, id(4, 3), [id(4, 8)], 0.71),
      this.#suggest(2, MergeSuggestionKind.MERGE, id(4, 1), [id(4, 6)], 0.64),
      this.#suggest(3, MergeSuggestionKind.MERGE, id(4, 2), [id(4, 9)], 0.58),
      this.#suggest(4, MergeSuggestionKind.RESOLVE, id(4, 7), [id(8, 1)], 0.55),
      this.#suggest(5, MergeSuggestionKind.CONFIRM, "", [id(8, 2)], 0.21),
    ];
    this.#distinct = new Set([pair(id(4, 2), id(4, 9))]);
    for (const person of this.#people.values()) person.mergedInto = undefined;
    this.#merges = [];
  }

  /** Somebody else acts on the surest suggestion. */
  decideElsewhere(): void {
    this.#suggestions.shift();
  }

  /** The visit as it is known now: of whoever its customer is. */
  seen(visit: Visit): Visit | undefined {
    const person = root(this.#know(visit));
    if (person.erased || person.kind === CustomerKind.STAFF) return undefined;
    return { ...visit, customerId: person.customerId, customerNumber: person.number, customerName: person.name };
  }

  /** Whoever has the id, as they are known now; undefined when there is nobody. */
  known(customerId: string): Customer | undefined {
    const person = this.#people.get(customerId);
    return person && !root(person).erased ? this.#view(root(person)) : undefined;
  }

  erase(customerId: string): void {
    this.#find(customerId).erased = true;
  }

  register(router: ConnectRouter): void {
    router.service(CustomerService, {
      listCustomers: ({ name, number, kind, siteId, pageSize, pageToken }, context) => {
        this.#check(context);
        const found = [...this.#people.values()]
          .filter((person) => !person.erased && !person.mergedInto && person.name.toLowerCase().includes(name.toLowerCase()))
          .filter((person) => number === 0n || number === person.number)
          .filter((person) => kind === CustomerKind.UNSPECIFIED || kind === person.kind)
          .filter((person) => siteId === "" || this.#sightings(person).some((each) => each.siteId === siteId))
          .sort((a, b) => Number(a.number - b.number));
        const from = Number(pageToken);
        const to = from + (pageSize || 50);
        return {
          customers: found.slice(from, to).map((person) => this.#view(person)),
          nextPageToken: to < found.length ? String(to) : "",
        };
      },
      getCustomer: ({ customerId }, context) => {
        this.#check(context);
        return this.#view(this.#find(customerId));
      },
      updateCustomer: ({ customer, updateMask }, context) => {
        this.#check(context);
        const person = this.#find(customer?.customerId ?? "");
        if (updateMask?.paths.includes("display_name")) person.name = customer?.displayName ?? "";
        if (updateMask?.paths.includes("kind")) person.kind = customer?.kind ?? CustomerKind.VISITOR;
        return this.#view(person);
      },
      deleteCustomer: ({ customerId }, context) => {
        this.#check(context);
        this.erase(customerId);
        return {};
      },
      listSightings: ({ customerId, pageSize, pageToken }, context) => {
        this.#check(context);
        const found = this.#sightings(this.#find(customerId));
        const from = Number(pageToken);
        const to = from + (pageSize || 50);
        return { sightings: found.slice(from, to), nextPageToken: to < found.length ? String(to) : "" };
      },
      mergeCustomers: ({ customerId, sourceCustomerIds, force, reason, validateOnly }, context) => {
        this.#check(context);
        return this.#merge(customerId, sourceCustomerIds, { force, reason, validateOnly });
      },
      unmergeCustomers: ({ mergeId }, context) => {
        this.#check(context);
        const conversion = this.#undoConversion(mergeId);
        if (conversion) return conversion;
        const merge = this.#merges.find((each) => each.mergeId === mergeId);
        if (!merge) throw refuse(Code.NotFound, "MERGE_NOT_FOUND");
        if (merge.undoTime) throw refuse(Code.FailedPrecondition, "MERGE_UNDONE");
        merge.undoTime = timestampNow();
        for (const source of merge.sourceCustomerIds) {
          const person = this.#people.get(source);
          if (person) person.mergedInto = undefined;
        }
        return merge;
      },
      listMerges: ({ customerId }, context) => {
        this.#check(context);
        return {
          merges: this.#merges.filter(
            (merge) => customerId === "" || merge.customerId === customerId || merge.sourceCustomerIds.includes(customerId),
          ),
        };
      },
      splitCustomer: ({ customerId, trackIds }, context) => {
        this.#check(context);
        this.#find(customerId);
        this.#made += 1;
        const made = this.#person(id(4, 900 + this.#made), BigInt(900 + this.#made), "");
        for (const trackId of trackIds) this.#moved.set(trackId, made.customerId);
        this.#distinct.add(pair(customerId, made.customerId));
        return this.#view(made);
      },
      listDistinctCustomers: ({ customerId }, context) => {
        this.#check(context);
        const person = this.#find(customerId);
        const others = [...this.#people.values()].filter((other) => this.#distinct.has(pair(person.customerId, other.customerId)));
        return {
          distinctCustomers: others.map((other) => ({
            customer: this.#view(root(other)),
            reason: "",
            markTime: timestampFromMs(Date.now() - DISTANCE),
          })),
        };
      },
      markDistinct: ({ customerId, otherCustomerId }, context) => {
        this.#check(context);
        this.#distinct.add(pair(customerId, otherCustomerId));
        return {};
      },
      unmarkDistinct: ({ customerId, otherCustomerId }, context) => {
        this.#check(context);
        this.#distinct.delete(pair(customerId, otherCustomerId));
        return {};
      },
      listMergeSuggestions: (_, context) => {
        this.#check(context);
        return { suggestions: this.#suggestions, matchThreshold: 0.52, newThreshold: 0.42 };
      },
      refreshMergeSuggestions: (_, context) => {
        this.#check(context);
        return { suggestionCount: this.#suggestions.length, customerCount: this.#people.size, waitingCount: 2 };
      },
      acceptMergeSuggestion: ({ suggestionId }, context) => {
        this.#check(context);
        const { customerId, otherIds, kind } = this.#take(suggestionId, false);
        if (kind !== MergeSuggestionKind.MERGE) {
          this.#take(suggestionId, true);
          return { customerId: customerId === "" ? otherIds[0]! : customerId, mergeId: "" };
        }
        const merge = this.#merge(customerId, otherIds, { force: false, reason: "", validateOnly: false });
        return { customerId, mergeId: merge.mergeId };
      },
      dismissMergeSuggestion: ({ suggestionId }, context) => {
        this.#check(context);
        const { customerId, otherIds } = this.#take(suggestionId, true);
        for (const other of otherIds) this.#distinct.add(pair(customerId, other));
        return {};
      },
    });
  }

  #take(suggestionId: string, remove: boolean): MergeSuggestion {
    const found = this.#suggestions.find((each) => each.suggestionId === suggestionId);
    if (!found) throw refuse(Code.NotFound, "SUGGESTION_NOT_FOUND");
    if (remove) this.#suggestions = this.#suggestions.filter((each) => each !== found);
    return found;
  }

  #merge(targetId: string, sourceIds: readonly string[], order: { force: boolean; reason: string; validateOnly: boolean }): Merge {
    const target = this.#find(targetId);
    const sources = sourceIds.map((source) => this.#find(source));
    const conflicts = sources
      .filter((source) => this.#distinct.has(pair(target.customerId, source.customerId)))
      .map((source) =>
        create(MergeConflictSchema, {
          customerId: target.customerId,
          otherCustomerId: source.customerId,
          kind: MergeConflictKind.MARKED_DISTINCT,
        }),
      );
    const visits = this.#visitCount(target) + sources.reduce((sum, source) => sum + this.#visitCount(source), 0);
    const merge = create(MergeSchema, {
      mergeId: "",
      customerId: target.customerId,
      sourceCustomerIds: sources.map(({ customerId }) => customerId),
      displayName: target.name || (sources.find(({ name }) => name !== "")?.name ?? ""),
      visitsBefore: visits,
      visitsAfter: visits,
      conflicts,
    });
    if (order.validateOnly) return merge;
    if (conflicts.length > 0 && !order.force) throw refuse(Code.FailedPrecondition, "CANNOT_LINK");
    this.#made += 1;
    const done = { ...merge, mergeId: id(9, this.#made), reason: order.reason, forced: order.force, createTime: timestampNow() };
    for (const source of sources) source.mergedInto = target;
    this.#merges.unshift(done);
    this.#suggestions = this.#suggestions.filter(({ otherIds }) => !otherIds.some((other) => sourceIds.includes(other)));
    return done;
  }

  #find(customerId: string): Person {
    const person = this.#people.get(customerId);
    if (!person || root(person).erased) throw refuse(Code.NotFound, "CUSTOMER_NOT_FOUND");
    return root(person);
  }

  #know(visit: Visit): Person {
    return this.#people.get(visit.customerId) ?? this.#person(visit.customerId, visit.customerNumber, visit.customerName);
  }

  #person(customerId: string, number: bigint, name: string): Person {
    const known = this.#people.get(customerId);
    if (known) return known;
    const made: Person = { customerId, number, name, kind: CustomerKind.VISITOR, erased: false, mergedInto: undefined };
    this.#people.set(customerId, made);
    return made;
  }

  #sightings(person: Person): Sighting[] {
    return this.#visits()
      .flatMap((visit) => sightingsOf(visit))
      .filter((sighting) => {
        const owner = this.#people.get(this.#moved.get(sighting.trackId) ?? sighting.customerId);
        return owner !== undefined && root(owner) === person;
      })
      .sort((a, b) => timestampMs(b.firstSeenTime!) - timestampMs(a.firstSeenTime!));
  }

  #visitCount(person: Person): number {
    return new Set(this.#sightings(person).map(({ visitId }) => visitId)).size;
  }

  #view(person: Person): Customer {
    const sightings = this.#sightings(person);
    return create(CustomerSchema, {
      customerId: person.customerId,
      number: person.number,
      displayName: person.name,
      kind: person.kind,
      firstSeenTime: sightings.at(-1)?.firstSeenTime,
      lastSeenTime: sightings[0]?.lastSeenTime,
      visitCount: new Set(sightings.map(({ visitId }) => visitId)).size,
      faceCount: sightings.length,
      imageId: id(5, Number(person.number)),
      mergedCustomerIds: [...this.#people.values()]
        .filter((each) => each.mergedInto === person)
        .map(({ customerId }) => customerId),
    });
  }

  #suggest(number: number, kind: MergeSuggestionKind, customerId: string, otherIds: string[], score: number): MergeSuggestion {
    return create(MergeSuggestionSchema, {
      suggestionId: id(6, number),
      kind,
      customerId,
      otherIds,
      score,
      threshold: kind === MergeSuggestionKind.CONFIRM ? 0.3 : 0.52,
      evidence: ["compared 6 with 4 faces, every pair", "never seen at the same moment by one camera"],
      imageIds: [customerId, ...otherIds].filter((each) => each !== "").map((each) => id(5, Number(each.slice(-12)))),
      createTime: timestampFromMs(Date.now() - DISTANCE),
    });
  }
}

function root(person: Person): Person {
  return person.mergedInto ? root(person.mergedInto) : person;
}

function pair(one: string, other: string): string {
  return [one, other].sort().join(" ");
}

/** As many sightings as the visit says, spread over it. */
function sightingsOf(visit: Visit): Sighting[] {
  const first = timestampMs(visit.firstSeenTime!);
  const length = timestampMs(visit.lastSeenTime!) - first;
  const number = Number(visit.visitId.slice(-12));
  return Array.from({ length: visit.sightingCount }, (_, at) =>
    create(SightingSchema, {
      trackId: id(7, number * 10 + at),
      siteId: visit.siteId,
      cameraId: visit.cameraIds[0] ?? "",
      customerId: visit.customerId,
      visitId: visit.visitId,
      firstSeenTime: timestampFromMs(first + Math.round((length * at) / visit.sightingCount)),
      lastSeenTime: timestampFromMs(first + Math.round((length * at) / visit.sightingCount) + 8000),
      qualityScore: 0.6 + ((number + at) % 4) / 10,
      ...(at === 0 && number % 3 === 0 ? {} : { score: 0.55 + ((number * 7 + at) % 30) / 100 }),
      imageId: (number + at) % 5 === 4 ? "" : id(5, Number(visit.customerNumber)),
      crossing: [Crossing.IN, Crossing.UNSPECIFIED, Crossing.OUT][at % 3] ?? Crossing.UNSPECIFIED,
    }),
  );
}
