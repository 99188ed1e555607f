import { FEWEST_CORNERS, inside, type Line, type Mask, middle, MOST_CORNERS, MOST_MASKS, type Point, type Zones } from "./zones";

/** A point that can be moved: a corner of a mask, or an end of the line. */
export type Handle =
  | { readonly of: "mask"; readonly mask: number; readonly corner: number }
  | { readonly of: "line"; readonly end: "start" | "end" };

/** What is being drawn: points that are no shape yet. */
export interface Draft {
  readonly of: "mask" | "line";
  readonly points: readonly Point[];
}

export interface ZoneEditing {
  readonly zones: Zones;
  readonly draft: Draft | undefined;
  readonly selected: Handle | undefined;
  readonly past: readonly Zones[];
  readonly future: readonly Zones[];
  /** A point is on its way: the next moves belong to the same step of "undo". */
  readonly moving: boolean;
}

export type ZoneAction =
  | { readonly type: "load"; readonly zones: Zones }
  | { readonly type: "draw"; readonly of: Draft["of"] }
  | { readonly type: "add-point"; readonly point: Point }
  | { readonly type: "close" }
  | { readonly type: "cancel" }
  | { readonly type: "select"; readonly handle: Handle | undefined }
  | { readonly type: "move"; readonly handle: Handle; readonly to: Point }
  | { readonly type: "settle" }
  | { readonly type: "split"; readonly mask: number; readonly after: number }
  | { readonly type: "delete-point"; readonly handle: Handle }
  | { readonly type: "delete-mask"; readonly mask: number }
  | { readonly type: "delete-line" }
  | { readonly type: "turn-line" }
  | { readonly type: "undo" }
  | { readonly type: "redo" };

const MOST_STEPS = 100;

export function beginEditing(zones: Zones): ZoneEditing {
  return { zones, draft: undefined, selected: undefined, past: [], future: [], moving: false };
}

/** The state after an action; the same object when the action changes nothing. */
export function edit(state: ZoneEditing, action: ZoneAction): ZoneEditing {
  switch (action.type) {
    case "load":
      return beginEditing(action.zones);
    case "draw":
      if (action.of === "mask" && state.zones.masks.length >= MOST_MASKS) return state;
      return { ...state, draft: { of: action.of, points: [] }, selected: undefined, moving: false };
    case "add-point":
      return addPoint(state, inside(action.point));
    case "close":
      return close(state);
    case "cancel":
      return state.draft || state.selected ? { ...state, draft: undefined, selected: undefined, moving: false } : state;
    case "select":
      return { ...state, selected: action.handle, moving: false };
    case "move": {
      const zones = moved(state.zones, action.handle, inside(action.to));
      const stepped = state.moving ? { ...state, zones } : step(state, zones);
      return { ...stepped, selected: action.handle, moving: true };
    }
    case "settle":
      return state.moving ? { ...state, moving: false } : state;
    case "split":
      return split(state, action.mask, action.after);
    case "delete-point":
      return deletePoint(state, action.handle);
    case "delete-mask":
      return { ...step(state, withoutMask(state.zones, action.mask)), selected: undefined };
    case "delete-line":
      return { ...step(state, { ...state.zones, line: undefined }), selected: undefined };
    case "turn-line": {
      const { line } = state.zones;
      return line ? step(state, { ...state.zones, line: { start: line.end, end: line.start } }) : state;
    }
    case "undo": {
      // Points of a draft go one by one before finished shapes do.
      if (state.draft && state.draft.points.length > 0) {
        return { ...state, draft: { ...state.draft, points: state.draft.points.slice(0, -1) } };
      }
      const before = state.past.at(-1);
      if (!before) return state;
      return {
        ...beginEditing(before),
        past: state.past.slice(0, -1),
        future: [state.zones, ...state.future],
      };
    }
    case "redo": {
      const [after, ...future] = state.future;
      return after ? { ...beginEditing(after), past: [...state.past, state.zones], future } : state;
    }
  }
}

/** Whether what is drawn is a shape when it is closed now. */
export function canClose(draft: Draft | undefined): boolean {
  return draft?.of === "mask" && draft.points.length >= FEWEST_CORNERS;
}

function step(state: ZoneEditing, zones: Zones): ZoneEditing {
  return { ...state, zones, past: [...state.past, state.zones].slice(-MOST_STEPS), future: [], moving: false };
}

function addPoint(state: ZoneEditing, point: Point): ZoneEditing {
  const { draft } = state;
  if (!draft) return state;
  const points = [...draft.points, point];
  const [start, end] = points;
  if (draft.of === "line" && start && end) {
    const line: Line = { start, end };
    return { ...step(state, { ...state.zones, line }), draft: undefined, selected: { of: "line", end: "end" } };
  }
  const drawn = { ...state, draft: { ...draft, points } };
  return draft.of === "mask" && points.length >= MOST_CORNERS ? close(drawn) : drawn;
}

function close(state: ZoneEditing): ZoneEditing {
  const { draft } = state;
  if (!draft || !canClose(draft)) return state;
  const masks = [...state.zones.masks, draft.points];
  const selected: Handle = { of: "mask", mask: masks.length - 1, corner: 0 };
  return { ...step(state, { ...state.zones, masks }), draft: undefined, selected };
}

function split(state: ZoneEditing, mask: number, after: number): ZoneEditing {
  const corners = state.zones.masks[mask];
  const from = corners?.[after];
  const to = corners?.[(after + 1) % corners.length];
  if (!corners || !from || !to || corners.length >= MOST_CORNERS) return state;
  const more = [...corners.slice(0, after + 1), middle(from, to), ...corners.slice(after + 1)];
  const selected: Handle = { of: "mask", mask, corner: after + 1 };
  return { ...step(state, withMask(state.zones, mask, more)), selected };
}

function deletePoint(state: ZoneEditing, handle: Handle): ZoneEditing {
  if (handle.of === "line") return edit(state, { type: "delete-line" });
  const corners = state.zones.masks[handle.mask];
  if (!corners) return state;
  if (corners.length <= FEWEST_CORNERS) return edit(state, { type: "delete-mask", mask: handle.mask });
  const fewer = corners.filter((_, at) => at !== handle.corner);
  const corner = Math.max(0, handle.corner - 1);
  return { ...step(state, withMask(state.zones, handle.mask, fewer)), selected: { ...handle, corner } };
}

function moved(zones: Zones, handle: Handle, to: Point): Zones {
  if (handle.of === "line") {
    return zones.line ? { ...zones, line: { ...zones.line, [handle.end]: to } } : zones;
  }
  const corners = zones.masks[handle.mask];
  if (!corners) return zones;
  return withMask(zones, handle.mask, corners.map((corner, at) => (at === handle.corner ? to : corner)));
}

function withMask(zones: Zones, at: number, corners: Mask): Zones {
  return { ...zones, masks: zones.masks.map((mask, index) => (index === at ? corners : mask)) };
}

function withoutMask(zones: Zones, at: number): Zones {
  return { ...zones, masks: zones.masks.filter((_, index) => index !== at) };
}
