import { Button } from "antd";

import { t } from "./texts";
import { canClose, type ZoneAction, type ZoneEditing } from "./zoneEditing";
import { MOST_MASKS, type ZoneFault } from "./zones";

const MIDDLE = { x: 0.5, y: 0.5 };

/** What can be done on the picture, also without a pointer. */
export function ZoneToolbar(props: { editing: ZoneEditing; dispatch: (action: ZoneAction) => void }) {
  const { editing, dispatch } = props;
  const { zones, draft, selected, past, future } = editing;
  if (draft) {
    return (
      <div role="toolbar" aria-label={t("tools")} className="flex flex-wrap items-center gap-2">
        <p role="status" className="basis-full text-quiet">
          {draft.of === "mask" ? t("drawMask", { count: draft.points.length }) : t("drawLine")}
        </p>
        {draft.of === "mask" && (
          <Button
            type="primary"
            disabled={!canClose(draft)}
            onClick={() => {
              dispatch({ type: "close" });
            }}
          >
            {t("closeShape")}
          </Button>
        )}
        <Button
          onClick={() => {
            dispatch({ type: "add-point", point: keyboardPoint(draft.points.length) });
          }}
        >
          {t("addPoint")}
        </Button>
        <Button
          disabled={draft.points.length === 0}
          onClick={() => {
            dispatch({ type: "undo" });
          }}
        >
          {t("undo")}
        </Button>
        <Button
          onClick={() => {
            dispatch({ type: "cancel" });
          }}
        >
          {t("cancel")}
        </Button>
      </div>
    );
  }
  return (
    <div role="toolbar" aria-label={t("tools")} className="flex flex-wrap items-center gap-2">
      <Button
        disabled={zones.masks.length >= MOST_MASKS}
        onClick={() => {
          dispatch({ type: "draw", of: "mask" });
        }}
      >
        {t("newMask")}
      </Button>
      <Button
        onClick={() => {
          dispatch({ type: "draw", of: "line" });
        }}
      >
        {zones.line ? t("redrawLine") : t("newLine")}
      </Button>
      {zones.line && (
        <Button
          onClick={() => {
            dispatch({ type: "turn-line" });
          }}
        >
          {t("turnLine")}
        </Button>
      )}
      {selected && (
        <Button
          danger
          onClick={() => {
            if (selected.of === "line") dispatch({ type: "delete-line" });
            else dispatch({ type: "delete-mask", mask: selected.mask });
          }}
        >
          {selected.of === "line" ? t("deleteLine") : t("deleteMask", { mask: selected.mask + 1 })}
        </Button>
      )}
      <Button
        disabled={past.length === 0}
        onClick={() => {
          dispatch({ type: "undo" });
        }}
      >
        {t("undo")}
      </Button>
      <Button
        disabled={future.length === 0}
        onClick={() => {
          dispatch({ type: "redo" });
        }}
      >
        {t("redo")}
      </Button>
    </div>
  );
}

/** Where a point begins that no pointer places: around the middle, so that a shape of them is one from the start. */
function keyboardPoint(number: number) {
  const angle = (number * 2 * Math.PI) / 5;
  return { x: MIDDLE.x + 0.2 * Math.cos(angle), y: MIDDLE.y + 0.25 * Math.sin(angle) };
}

export function zoneFaultText(fault: ZoneFault): string {
  switch (fault.kind) {
    case "few-corners":
      return t("fewCorners", { mask: fault.mask + 1 });
    case "crosses-itself":
      return t("crossesItself", { mask: fault.mask + 1 });
    case "too-small":
      return t("tooSmall", { mask: fault.mask + 1 });
    case "line-too-short":
      return t("lineTooShort");
  }
}
