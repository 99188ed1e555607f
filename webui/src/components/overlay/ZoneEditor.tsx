import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef } from "react";

import { t } from "./texts";
import { canClose, type Handle, type ZoneAction, type ZoneEditing } from "./zoneEditing";
import { middle, type Point } from "./zones";
import { ZoneShapes } from "./ZoneShapes";

/** How far an arrow key moves a point, as a share of the picture; with Shift. */
const STEP = 0.005;
const BIG_STEP = 0.05;
const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};
const HANDLE =
  "absolute grid size-6 -translate-x-1/2 -translate-y-1/2 cursor-grab touch-none place-items-center rounded-full focus-visible:outline-offset-0 active:cursor-grabbing";

/**
 * Masks and the entry line, drawn and changed on the picture that is its child. Mouse, thumb and keyboard: each
 * point is a button of 24 px that is dragged, or moved by the arrow keys; Delete removes it, Escape ends what is
 * being drawn. Sized by its parent; `width` and `height` are the picture's pixels.
 */
export function ZoneEditor(props: {
  editing: ZoneEditing;
  dispatch: (action: ZoneAction) => void;
  width: number;
  height: number;
  children: ReactNode;
}) {
  const { editing, dispatch, width, height, children } = props;
  const { zones, draft } = editing;
  const area = useRef<HTMLDivElement>(null);
  const pointAt = (event: PointerEvent): Point => {
    const box = area.current?.getBoundingClientRect();
    if (!box || box.width === 0 || box.height === 0) return { x: 0.5, y: 0.5 };
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };
  const drawing = draft !== undefined;
  useShortcuts(dispatch);
  return (
    <div
      ref={area}
      role="group"
      aria-label={t("editor")}
      aria-describedby="zone-editor-help"
      className={`relative size-full ${drawing ? "cursor-crosshair touch-none" : ""}`}
      onPointerDown={(event) => {
        // Buttons stop what is theirs: what arrives here hit the picture.
        if (!drawing || event.button !== 0) return;
        event.preventDefault();
        dispatch({ type: "add-point", point: pointAt(event) });
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || (!drawing && !editing.selected)) return;
        event.stopPropagation();
        dispatch({ type: "cancel" });
      }}
    >
      {children}
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        className="pointer-events-none absolute inset-0 size-full overflow-visible"
      >
        <ZoneShapes zones={zones} width={width} height={height} />
        {draft && draft.points.length > 1 && (
          <polyline
            points={draft.points.map(({ x, y }) => `${x * width},${y * height}`).join(" ")}
            fill="none"
            className="stroke-[#5eead4]"
            strokeWidth={3}
            vectorEffect="non-scaling-stroke"
          />
        )}
      </svg>
      {draft?.points.map((point, at) => (
        <DraftPoint
          key={at}
          point={point}
          closes={at === 0 && canClose(draft)}
          onClose={() => {
            dispatch({ type: "close" });
          }}
        />
      ))}
      {!drawing &&
        zones.masks.map((mask, at) =>
          mask.map((corner, index) => (
            <MaskCorner
              key={`${at} ${index}`}
              editing={editing}
              dispatch={dispatch}
              pointAt={pointAt}
              handle={{ of: "mask", mask: at, corner: index }}
              point={corner}
              following={mask[(index + 1) % mask.length] ?? corner}
            />
          )),
        )}
      {!drawing &&
        zones.line &&
        (["start", "end"] as const).map((end) => (
          <PointHandle
            key={end}
            editing={editing}
            dispatch={dispatch}
            pointAt={pointAt}
            handle={{ of: "line", end }}
            point={zones.line?.[end] ?? { x: 0, y: 0 }}
          />
        ))}
      <p id="zone-editor-help" className="sr-only">
        {t("editorHelp")}
      </p>
    </div>
  );
}

interface HandleProps {
  readonly editing: ZoneEditing;
  readonly dispatch: (action: ZoneAction) => void;
  readonly pointAt: (event: PointerEvent) => Point;
  readonly handle: Handle;
  readonly point: Point;
}

/** A corner, and a smaller handle half way to the next one that makes one more. */
function MaskCorner(props: HandleProps & { readonly following: Point }) {
  const { dispatch, handle, point, following } = props;
  const isSelected = props.editing.selected?.of === "mask" && handle.of === "mask" && props.editing.selected.mask === handle.mask;
  const between = middle(point, following);
  return (
    <>
      <PointHandle {...props} />
      {isSelected && (
        <button
          type="button"
          aria-label={t("addCornerAfter", { corner: handle.corner + 1, mask: handle.mask + 1 })}
          title={t("addCorner")}
          className={HANDLE}
          style={{ left: `${between.x * 100}%`, top: `${between.y * 100}%` }}
          onPointerDown={(event) => {
            event.stopPropagation();
          }}
          onClick={() => {
            dispatch({ type: "split", mask: handle.mask, after: handle.corner });
          }}
        >
          <span aria-hidden="true" className="size-2 rounded-full border border-black/60 bg-white/80" />
        </button>
      )}
    </>
  );
}

function PointHandle({ editing, dispatch, pointAt, handle, point }: HandleProps) {
  const button = useRef<HTMLButtonElement>(null);
  const selected = isSame(editing.selected, handle);
  useEffect(() => {
    // A point that was just made, or came in the place of one that was deleted, goes on taking keys.
    if (selected && document.activeElement !== button.current) button.current?.focus({ preventScroll: true });
  }, [selected]);
  const onKeyDown = (event: KeyboardEvent) => {
    const way = ARROWS[event.key];
    if (way) {
      event.preventDefault();
      const length = event.shiftKey ? BIG_STEP : STEP;
      dispatch({ type: "move", handle, to: { x: point.x + way.x * length, y: point.y + way.y * length } });
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      dispatch({ type: "delete-point", handle });
    }
  };
  return (
    <button
      ref={button}
      type="button"
      aria-label={handleName(handle, point)}
      aria-pressed={selected}
      data-testid="zone-point"
      className={HANDLE}
      style={{ left: `${point.x * 100}%`, top: `${point.y * 100}%` }}
      onFocus={() => {
        if (!selected) dispatch({ type: "select", handle });
      }}
      onKeyDown={onKeyDown}
      onKeyUp={(event) => {
        if (event.key in ARROWS) dispatch({ type: "settle" });
      }}
      onPointerDown={(event) => {
        event.stopPropagation();
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        if (!selected) dispatch({ type: "select", handle });
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) dispatch({ type: "move", handle, to: pointAt(event) });
      }}
      onPointerUp={() => {
        dispatch({ type: "settle" });
      }}
    >
      <span
        aria-hidden="true"
        className={`rounded-full border-2 ${selected ? "size-4 border-black bg-[#5eead4]" : "size-3.5 border-black/70 bg-white"}`}
      />
    </button>
  );
}

function DraftPoint(props: { point: Point; closes: boolean; onClose: () => void }) {
  const { point, closes, onClose } = props;
  const style = { left: `${point.x * 100}%`, top: `${point.y * 100}%` };
  const dot = <span aria-hidden="true" className="size-3.5 rounded-full border-2 border-black/70 bg-[#5eead4]" />;
  if (!closes) {
    return (
      <span className={`${HANDLE} pointer-events-none`} style={style}>
        {dot}
      </span>
    );
  }
  return (
    <button
      type="button"
      aria-label={t("closeShape")}
      title={t("closeShape")}
      className={HANDLE}
      style={style}
      onPointerDown={(event) => {
        event.stopPropagation();
      }}
      onClick={onClose}
    >
      {dot}
    </button>
  );
}

function isSame(a: Handle | undefined, b: Handle): boolean {
  if (a?.of === "mask" && b.of === "mask") return a.mask === b.mask && a.corner === b.corner;
  return a?.of === "line" && b.of === "line" && a.end === b.end;
}

function handleName(handle: Handle, { x, y }: Point): string {
  const place = { x: Math.round(x * 100), y: Math.round(y * 100) };
  if (handle.of === "mask") return t("cornerName", { corner: handle.corner + 1, mask: handle.mask + 1, ...place });
  return handle.end === "start" ? t("lineStartName", place) : t("lineEndName", place);
}

/** Undo and redo by the keys of every editor. */
function useShortcuts(dispatch: (action: ZoneAction) => void): void {
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.target instanceof HTMLInputElement) return;
      const key = event.key.toLowerCase();
      if (key !== "z" && key !== "y") return;
      event.preventDefault();
      dispatch({ type: key === "y" || event.shiftKey ? "redo" : "undo" });
    };
    document.addEventListener("keydown", onKeyDown);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
    };
  }, [dispatch]);
}
