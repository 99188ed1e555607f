import { texts } from "../../i18n/texts";

export const t = texts("features/privacy", {
  title: "Privacy",
  note: "Which pictures of faces leave each shop. Its workers follow a change within seconds.",
  caption: "Sites by name",
  site: "Site",
  pictures: "Pictures that leave the shop",
  picturesOf: "Pictures that leave {site}",
  none: "None",
  noneNote: "Faces are counted, and nobody can look at one: no crops, no snapshots, no preview.",
  crops: "Faces",
  cropsNote: "The face with a margin around it, nothing else of the picture.",
  frames: "Whole pictures",
  framesNote: "The whole picture in which the face was seen best, with everybody else in it.",
  most: "The most that any camera of the site lets out; a camera's own setting can only be stricter.",
  saved: "Saved",
  noSite: "No site yet",
  noSiteHint: "Add one first.",
});
