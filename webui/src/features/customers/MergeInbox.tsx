import { CheckCircleOutlined } from "@ant-design/icons";
import { useMutation } from "@connectrpc/connect-query";
import { Button } from "antd";
import { useReducer, useState } from "react";

import { type AppError, toAppError } from "../../api/errors";
import { CustomerService } from "../../api/gen/footfall/v1/customer_service_pb";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import { useFace, useSession } from "../../api/hooks";
import { can } from "../../api/permissions";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { scoreText } from "../../components/faces/ScoreRuler";
import { canUndo, EMPTY_INBOX, type InboxItem, queueOf, reduceInbox } from "./inbox";
import { InboxQuestion } from "./InboxQuestion";
import { useKeysOn } from "./KeyLegend";
import { useRefreshPeople, useSuggestions } from "./queries";
import { t } from "./texts";
import { type MergeOrder, useDecisions } from "./useDecisions";
import { useInboxKeys } from "./useInboxKeys";

/** Refusals that say that somebody else was quicker. */
const ANSWERED_ELSEWHERE: ReadonlySet<ErrorReason> = new Set([
  ErrorReason.SUGGESTION_NOT_FOUND,
  ErrorReason.ALREADY_MERGED,
  ErrorReason.CUSTOMER_NOT_FOUND,
]);

/** The questions whether two are one person, the surest first, one after the other. */
export function MergeInbox() {
  const suggestions = useSuggestions();
  const decisions = useDecisions();
  const manages = can(useSession(), "customers.manage");
  const [inbox, tell] = useReducer(reduceInbox, EMPTY_INBOX);
  const [chosen, setChosen] = useState("");
  const [said, setSaid] = useState("");
  const [failure, setFailure] = useState<AppError>();
  const [keysOn, setKeysOn] = useKeysOn();
  const queue = queueOf(suggestions.data?.suggestions ?? [], inbox);
  const current = queue.find(({ key }) => key === chosen) ?? queue[0];
  const last = inbox.answers.at(-1);
  // Answered by somebody else while it was looked at.
  const [shown, setShown] = useState(current);
  if (shown?.key !== current?.key) {
    setShown(current);
    const isAsked = shown && (queue.some(({ key }) => key === shown.key) || inbox.gone.has(shown.key));
    const wasAnswered = shown && !isAsked && suggestions.isSuccess && !decisions.busy;
    if (wasAnswered) setSaid(t("inbox.elsewhere"));
  }

  const attempt = async (item: InboxItem, act: () => Promise<void>) => {
    setFailure(undefined);
    try {
      await act();
    } catch (error) {
      const refusal = toAppError(error);
      if (ANSWERED_ELSEWHERE.has(refusal.reason)) {
        tell({ type: "lost", key: item.key });
        setSaid(t("inbox.elsewhere"));
        void suggestions.refetch();
      } else {
        setFailure(refusal);
      }
    }
  };
  const merge = (item: InboxItem, order: MergeOrder) =>
    attempt(item, async () => {
      const answer = await decisions.accept(item, order);
      tell({ type: "answered", answer });
      setSaid(canUndo(answer) ? t("inbox.merged") : t("inbox.confirmed"));
    });
  const refuse = (item: InboxItem) =>
    attempt(item, async () => {
      tell({ type: "answered", answer: await decisions.refuse(item) });
      setSaid(t("inbox.distinct"));
    });
  const skip = (item: InboxItem) => {
    setFailure(undefined);
    setChosen("");
    tell({ type: "answered", answer: { item, kind: "skipped", mergeId: "" } });
    setSaid(t("inbox.skipped"));
  };
  const undo = () => {
    if (!last || !canUndo(last) || decisions.busy) return;
    setChosen("");
    void attempt(last.item, async () => {
      await decisions.undo(last);
      tell({ type: "undone" });
      setSaid(t("inbox.undone"));
    });
  };
  // The last answer can be taken back also when nothing is asked any more.
  useInboxKeys(keysOn && manages && !current, (key) => {
    if (key === "z") undo();
  });

  const problem = suggestions.error ? toAppError(suggestions.error) : undefined;
  return (
    <div className="space-y-4">
      {problem && (
        <ErrorAlert {...problem} requestId={problem.metadata.request_id} onRetry={() => void suggestions.refetch()} />
      )}
      {suggestions.isPending && !problem && <PageSkeleton />}
      <div className="flex min-h-9.5 flex-wrap items-center justify-between gap-3">
        <p role="status" aria-live="polite" className="text-quiet">
          {said}
        </p>
        <span className="flex items-center gap-3">
          {suggestions.isSuccess && <span className="text-quiet">{t("inbox.left", { count: queue.length })}</span>}
          {manages && (
            <Button disabled={!canUndo(last) || decisions.busy} onClick={undo} aria-keyshortcuts="z">
              {t("inbox.undo")}
            </Button>
          )}
        </span>
      </div>
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} />}
      {suggestions.isSuccess && !current && <AllAnswered manages={manages} />}
      {current && (
        <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_13rem]">
          <InboxQuestion
            key={current.key}
            item={current}
            zones={{ match: suggestions.data?.matchThreshold ?? 0, fresh: suggestions.data?.newThreshold ?? 0 }}
            manages={manages}
            busy={decisions.busy}
            keysOn={keysOn}
            onKeysOn={setKeysOn}
            onMerge={(order) => void merge(current, order)}
            onRefuse={() => void refuse(current)}
            onSkip={() => {
              skip(current);
            }}
            onUndo={undo}
          />
          <Queue
            items={queue.filter((item) => item !== current)}
            onChoose={(item) => {
              setFailure(undefined);
              setChosen(item.key);
            }}
          />
        </div>
      )}
    </div>
  );
}

const NEXT = 8;

/** What comes next: any of them can be taken first. */
function Queue({ items, onChoose }: { items: readonly InboxItem[]; onChoose: (item: InboxItem) => void }) {
  if (items.length === 0) return null;
  return (
    <aside aria-labelledby="inbox-next" className="hidden xl:block">
      <h2 id="inbox-next" className="mb-2 text-xs font-medium text-quiet">
        {t("inbox.next")}
      </h2>
      <ol className="m-0 list-none space-y-2 p-0">
        {items.slice(0, NEXT).map((item) => (
          <li key={item.key}>
            <button
              type="button"
              aria-label={t("inbox.choose", { score: scoreText(item.score) })}
              className="flex w-full cursor-pointer items-center gap-2 rounded-xl border border-line bg-surface p-2 text-ink hover:border-brand"
              onClick={() => {
                onChoose(item);
              }}
            >
              {item.imageIds.slice(0, 2).map((imageId) => (
                <Thumbnail key={imageId} imageId={imageId} />
              ))}
              <span className="ml-auto tabular-nums">{scoreText(item.score)}</span>
            </button>
          </li>
        ))}
      </ol>
    </aside>
  );
}

function Thumbnail({ imageId }: { imageId: string }) {
  const face = useFace(imageId);
  return <FaceFrame status={face.status} url={face.url} alt="" className="size-10 shrink-0 rounded-lg" />;
}

function AllAnswered({ manages }: { manages: boolean }) {
  const refresh = useRefreshPeople();
  const search = useMutation(CustomerService.method.refreshMergeSuggestions, { onSuccess: refresh });
  const failure = search.error ? toAppError(search.error) : undefined;
  return (
    <EmptyState icon={<CheckCircleOutlined />} title={t("inbox.empty")} hint={t("inbox.emptyHint")}>
      {manages && (
        <div className="space-y-3">
          <Button
            loading={search.isPending}
            onClick={() => {
              search.mutate({});
            }}
          >
            {t("inbox.search")}
          </Button>
          {search.data && <p role="status">{t("inbox.found", { count: search.data.suggestionCount, among: search.data.customerCount })}</p>}
          {failure && <ErrorAlert {...failure} />}
        </div>
      )}
    </EmptyState>
  );
}
