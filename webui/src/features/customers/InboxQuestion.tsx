import { Button } from "antd";
import { type ReactNode, useState } from "react";

import { toAppError } from "../../api/errors";
import { MergeSuggestionKind } from "../../api/gen/footfall/v1/customer_service_pb";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { ScoreRuler, scoreText } from "../../components/faces/ScoreRuler";
import { customerName } from "../../components/visitorName";
import type { InboxItem } from "./inbox";
import { KeyLegend } from "./KeyLegend";
import { ConflictPanel, PreviewLine, useMergePreview } from "./MergePreview";
import { PairSide, WaitingSide } from "./PairSide";
import { usePlaces } from "./places";
import { useCustomer } from "./queries";
import { t } from "./texts";
import type { MergeOrder } from "./useDecisions";
import { type InboxKey, useInboxKeys } from "./useInboxKeys";

/** One question: the two sides, how alike they are, and the answers. */
export function InboxQuestion(props: {
  item: InboxItem;
  /** From which score a face is somebody's, and below which it is nobody's. */
  zones: { readonly match: number; readonly fresh: number };
  manages: boolean;
  busy: boolean;
  keysOn: boolean;
  onKeysOn: (on: boolean) => void;
  onMerge: (order: MergeOrder) => void;
  onRefuse: () => void;
  onSkip: () => void;
  onUndo: () => void;
}) {
  const { item, zones, manages, busy, keysOn, onKeysOn, onMerge, onRefuse, onSkip, onUndo } = props;
  const isMerge = item.kind === MergeSuggestionKind.MERGE;
  const places = usePlaces();
  const left = useCustomer(item.customerId, item.customerId !== "");
  const right = useCustomer(item.otherIds[0] ?? "", isMerge);
  const [swapped, setSwapped] = useState(false);
  // Whoever has a name stays, when only one has.
  const rightStays = isMerge && swapped !== (left.data?.displayName === "" && right.data !== undefined && right.data.displayName !== "");
  const [stays, goes] = rightStays ? [right.data, left.data] : [left.data, right.data];
  const order: MergeOrder = {
    customerId: rightStays ? (item.otherIds[0] ?? "") : item.customerId,
    sourceIds: rightStays ? [item.customerId] : item.otherIds,
    forceReason: "",
  };
  const preview = useMergePreview(order.customerId, order.sourceIds, manages && isMerge && stays !== undefined && goes !== undefined);
  const conflicts = preview.data?.conflicts ?? [];
  const ready = !busy && (isMerge ? stays !== undefined && goes !== undefined : item.customerId === "" || left.data !== undefined);
  const mayMerge = ready && conflicts.length === 0;
  const press = (key: InboxKey) => {
    if (busy) return;
    const actions: Record<InboxKey, () => void> = {
      y: () => {
        if (mayMerge) onMerge(order);
      },
      n: () => {
        if (ready) onRefuse();
      },
      s: onSkip,
      x: () => {
        if (isMerge) setSwapped(!swapped);
      },
      z: onUndo,
    };
    actions[key]();
  };
  useInboxKeys(keysOn && manages, press);
  const failed = left.error ?? right.error;
  const failure = failed ? toAppError(failed) : undefined;
  const waiting = item.imageIds.filter((imageId) => imageId !== left.data?.imageId);

  return (
    <section aria-label={t("inbox.question")} className="min-w-0 space-y-4">
      <h2 className="text-base font-semibold">{titleOf(item)}</h2>
      {failure && (
        <ErrorAlert
          {...failure}
          onRetry={() => {
            void left.refetch();
            void right.refetch();
          }}
        />
      )}
      <div className={`grid items-start gap-3 sm:gap-4 ${item.customerId === "" ? "" : "grid-cols-2"}`}>
        {left.data && <PairSide customer={left.data} stays={!rightStays} places={places} />}
        {right.data && <PairSide customer={right.data} stays={rightStays} places={places} />}
        {!isMerge && <WaitingSide imageIds={waiting} count={item.otherIds.length} places={places} />}
      </div>
      <div className="rounded-2xl border border-line bg-surface px-4 pt-3 pb-4">
        <ScoreRuler
          marks={[{ key: "score", label: t("inbox.alike"), score: item.score, main: true }]}
          match={zones.match}
          fresh={zones.fresh}
          name={t("inbox.alike")}
        />
        <p className="mt-2 text-xs text-quiet">{t("inbox.suggestedFrom", { score: scoreText(item.threshold) })}</p>
        {item.evidence.length > 0 && (
          <ul className="mt-2 list-disc pl-5 text-xs text-quiet">
            {item.evidence.map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        )}
      </div>
      {preview.data && <PreviewLine preview={preview.data} />}
      {conflicts.length > 0 && (
        <ConflictPanel
          conflicts={conflicts}
          places={places}
          busy={busy}
          onForce={(forceReason) => {
            onMerge({ ...order, forceReason });
          }}
        />
      )}
      {manages ? (
        <>
          <div className="flex flex-wrap gap-2">
            <Answer primary letter="Y" shown={keysOn} disabled={!mayMerge} onClick={() => { press("y"); }}>
              {isMerge && stays && goes
                ? t("inbox.mergeInto", { count: goes.visitCount, from: customerName(goes), into: customerName(stays) })
                : item.kind === MergeSuggestionKind.RESOLVE && left.data
                  ? t("inbox.addTo", { name: customerName(left.data) })
                  : t("inbox.makeCustomer")}
            </Answer>
            <Answer letter="N" shown={keysOn} disabled={!ready} onClick={() => { press("n"); }}>
              {t("inbox.no")}
            </Answer>
            <Answer letter="S" shown={keysOn} disabled={busy} onClick={() => { press("s"); }}>
              {t("inbox.skip")}
            </Answer>
            {isMerge && (
              <Answer letter="X" shown={keysOn} disabled={!ready} onClick={() => { press("x"); }}>
                {t("inbox.swap")}
              </Answer>
            )}
          </div>
          <KeyLegend on={keysOn} onChange={onKeysOn} />
        </>
      ) : (
        <p className="text-quiet">{t("inbox.readOnly")}</p>
      )}
    </section>
  );
}

function titleOf({ kind }: InboxItem): string {
  if (kind === MergeSuggestionKind.RESOLVE) return t("inbox.askResolve");
  if (kind === MergeSuggestionKind.CONFIRM) return t("inbox.askConfirm");
  return t("inbox.askMerge");
}

function Answer(props: {
  primary?: boolean;
  letter: string;
  /** Whether the key works, so is worth showing. */
  shown: boolean;
  disabled: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  const { primary = false, letter, shown, disabled, onClick, children } = props;
  return (
    <Button
      type={primary ? "primary" : "default"}
      disabled={disabled}
      onClick={onClick}
      aria-keyshortcuts={shown ? letter.toLowerCase() : undefined}
      className="h-auto! min-h-9.5 max-w-full whitespace-normal!"
    >
      <span>{children}</span>
      {shown && (
        <kbd aria-hidden="true" className="hidden rounded border border-current px-1 text-xs md:inline">
          {letter}
        </kbd>
      )}
    </Button>
  );
}
