import { type MergeSuggestion, MergeSuggestionKind } from "../../api/gen/footfall/v1/customer_service_pb";

/** A question of the inbox: are these one person? */
export interface InboxItem {
  readonly key: string;
  readonly kind: MergeSuggestionKind;
  /** Who would remain; empty where a new customer would be made. */
  readonly customerId: string;
  readonly otherIds: readonly string[];
  readonly score: number;
  readonly threshold: number;
  readonly evidence: readonly string[];
  readonly imageIds: readonly string[];
  /** Undefined once it was answered and the answer was taken back: the server suggests it no more until next night. */
  readonly suggestionId: string | undefined;
}

/** An answer that can be taken back. */
export interface Answer {
  readonly item: InboxItem;
  readonly kind: "merged" | "distinct" | "skipped";
  /** Undoes a merge; empty where there was nothing to merge. */
  readonly mergeId: string;
}

export interface Inbox {
  /** The answers of this page, the last one at the end. */
  readonly answers: readonly Answer[];
  /** Questions whose answer was taken back, the latest first. */
  readonly revived: readonly InboxItem[];
  /** Keys of what is not asked again: answered here, or by somebody else. */
  readonly gone: ReadonlySet<string>;
  /** Keys of what was put off, the first one first. */
  readonly skipped: readonly string[];
}

export const EMPTY_INBOX: Inbox = { answers: [], revived: [], gone: new Set(), skipped: [] };

export type InboxEvent =
  | { readonly type: "answered"; readonly answer: Answer }
  | { readonly type: "undone" }
  /** Somebody else answered it. */
  | { readonly type: "lost"; readonly key: string };

/** The questions in the order in which they are asked: what was taken back, by score, and at the end what was skipped. */
export function queueOf(suggestions: readonly MergeSuggestion[], inbox: Inbox): InboxItem[] {
  const asked = [...inbox.revived, ...suggestions.map(itemOf)].filter(({ key }) => !inbox.gone.has(key));
  const rank = ({ key }: InboxItem) => inbox.skipped.indexOf(key);
  return asked.sort((a, b) => rank(a) - rank(b));
}

export function reduceInbox(inbox: Inbox, event: InboxEvent): Inbox {
  switch (event.type) {
    case "answered":
      return answered(inbox, event.answer);
    case "undone":
      return undone(inbox);
    case "lost":
      return without(inbox, event.key);
  }
}

function answered(inbox: Inbox, answer: Answer): Inbox {
  const { key } = answer.item;
  const answers = [...inbox.answers, answer];
  if (answer.kind === "skipped") return { ...inbox, answers, skipped: [...inbox.skipped.filter((each) => each !== key), key] };
  return { ...without(inbox, key), answers };
}

function undone(inbox: Inbox): Inbox {
  const answer = inbox.answers.at(-1);
  if (!answer) return inbox;
  const answers = inbox.answers.slice(0, -1);
  const skipped = inbox.skipped.filter((each) => each !== answer.item.key);
  if (answer.kind === "skipped") return { ...inbox, answers, skipped };
  if (answer.item.kind !== MergeSuggestionKind.MERGE) return { ...inbox, answers, skipped };
  const item = { ...answer.item, key: `${answer.item.key} again`, suggestionId: undefined };
  return { ...inbox, answers, skipped, revived: [item, ...inbox.revived] };
}

function without(inbox: Inbox, key: string): Inbox {
  return { ...inbox, gone: new Set([...inbox.gone, key]), revived: inbox.revived.filter((each) => each.key !== key) };
}

function itemOf(suggestion: MergeSuggestion): InboxItem {
  const { suggestionId, kind, customerId, otherIds, score, threshold, evidence, imageIds } = suggestion;
  return { key: suggestionId, suggestionId, kind, customerId, otherIds, score, threshold, evidence, imageIds };
}

/**
 * Whether an answer can be taken back. Sightings that waited and became a new customer cannot wait again, and who
 * only waits is nobody yet whose mark could be taken back.
 */
export function canUndo(answer: Answer | undefined): boolean {
  if (answer?.kind === "merged") return answer.mergeId !== "";
  if (answer?.kind === "distinct") return answer.item.kind === MergeSuggestionKind.MERGE;
  return answer !== undefined;
}
