import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";

import { MergeSuggestionKind, MergeSuggestionSchema } from "../../api/gen/footfall/v1/customer_service_pb";
import { type Answer, canUndo, EMPTY_INBOX, type Inbox, queueOf, reduceInbox } from "./inbox";

const SUGGESTIONS = ["a", "b", "c"].map((suggestionId) =>
  create(MergeSuggestionSchema, { suggestionId, kind: MergeSuggestionKind.MERGE, customerId: `${suggestionId}1`, otherIds: [`${suggestionId}2`] }),
);

const keys = (inbox: Inbox, suggestions = SUGGESTIONS) => queueOf(suggestions, inbox).map(({ key }) => key);

function answer(inbox: Inbox, kind: Answer["kind"], mergeId = "m"): Inbox {
  const item = queueOf(SUGGESTIONS, inbox)[0]!;
  return reduceInbox(inbox, { type: "answered", answer: { item, kind, mergeId } });
}

it("asks by score, and what was skipped at the end, in the order of skipping", () => {
  expect(keys(EMPTY_INBOX)).toEqual(["a", "b", "c"]);
  const once = answer(EMPTY_INBOX, "skipped");
  expect(keys(once)).toEqual(["b", "c", "a"]);
  expect(keys(answer(once, "skipped"))).toEqual(["c", "a", "b"]);
});

it("skips again what comes round", () => {
  const round = answer(answer(answer(answer(EMPTY_INBOX, "skipped"), "skipped"), "skipped"), "skipped");
  expect(keys(round)).toEqual(["b", "c", "a"]);
});

it("asks nothing twice, also while the server's list is old", () => {
  expect(keys(answer(EMPTY_INBOX, "merged"))).toEqual(["b", "c"]);
  expect(keys(answer(EMPTY_INBOX, "distinct"))).toEqual(["b", "c"]);
  expect(keys(reduceInbox(EMPTY_INBOX, { type: "lost", key: "b" }))).toEqual(["a", "c"]);
});

it("asks first what was taken back, though the server suggests it no more", () => {
  const inbox = reduceInbox(answer(EMPTY_INBOX, "merged"), { type: "undone" });
  const [first] = queueOf(SUGGESTIONS.slice(1), inbox);
  expect(first).toMatchObject({ customerId: "a1", otherIds: ["a2"], suggestionId: undefined });
  expect(keys(inbox)).toHaveLength(3);
  const again = reduceInbox(inbox, { type: "answered", answer: { item: first!, kind: "distinct", mergeId: "" } });
  expect(keys(again)).toEqual(["b", "c"]);
});

it("puts back what was skipped, where it was", () => {
  expect(keys(reduceInbox(answer(EMPTY_INBOX, "skipped"), { type: "undone" }))).toEqual(["a", "b", "c"]);
});

it("undoes one answer after the other, and then nothing", () => {
  let inbox = answer(answer(EMPTY_INBOX, "skipped"), "distinct");
  inbox = reduceInbox(inbox, { type: "undone" });
  inbox = reduceInbox(inbox, { type: "undone" });
  expect(inbox.answers).toEqual([]);
  expect(reduceInbox(inbox, { type: "undone" })).toBe(inbox);
});

it("knows what cannot be taken back", () => {
  const item = queueOf(SUGGESTIONS, EMPTY_INBOX)[0]!;
  expect(canUndo(undefined)).toBe(false);
  expect(canUndo({ item, kind: "merged", mergeId: "" })).toBe(false);
  expect(canUndo({ item, kind: "merged", mergeId: "m" })).toBe(true);
  expect(canUndo({ item, kind: "distinct", mergeId: "" })).toBe(true);
  expect(canUndo({ item: { ...item, kind: MergeSuggestionKind.CONFIRM }, kind: "distinct", mergeId: "" })).toBe(false);
  expect(canUndo({ item, kind: "skipped", mergeId: "" })).toBe(true);
});
