import { texts } from "../../i18n/texts";

export const t = texts("components/overlay", {
  editor: "Masks and entry line on the picture",
  editorHelp:
    "Each point is a button. Arrow keys move it, with Shift farther; Delete removes it; Escape ends drawing. Control Z undoes.",
  tools: "Drawing",
  newMask: "Draw a mask",
  newLine: "Draw the entry line",
  redrawLine: "Draw the line anew",
  turnLine: "Swap in and out",
  deleteMask: "Delete mask {mask}",
  deleteLine: "Delete the entry line",
  closeShape: "Close shape",
  addPoint: "Add a point",
  addCorner: "Add a corner",
  addCornerAfter: "Add a corner after corner {corner} of mask {mask}",
  undo: "Undo",
  redo: "Redo",
  cancel: "Cancel",
  drawMask: {
    one: "Click around the area in which no face shall be looked at: {count} corner so far, at least 3.",
    other: "Click around the area in which no face shall be looked at: {count} corners so far, at least 3.",
  },
  drawLine: "Click where the line starts, then where it ends. The inside is on the left on the way from start to end.",
  cornerName: "Corner {corner} of mask {mask}, {x} % from the left, {y} % from the top",
  lineStartName: "Start of the entry line, {x} % from the left, {y} % from the top",
  lineEndName: "End of the entry line, {x} % from the left, {y} % from the top",
  fewCorners: "Mask {mask} needs at least three corners.",
  crossesItself: "The sides of mask {mask} cross each other. Move a corner.",
  tooSmall: "Mask {mask} covers next to nothing.",
  lineTooShort: "The entry line is too short.",
});
