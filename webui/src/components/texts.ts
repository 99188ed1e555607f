import { texts } from "../i18n/texts";

export const t = texts("components", {
  tryAgain: "Try again",
  request: "Request {id}",
  loading: "Loading",
  close: "Close",
  cancel: "Cancel",
  language: "Language",
  languageFailed: "This language could not be loaded. Try again in a moment.",
  pages: "Pages",
  page: "Page {number}",
  newer: "Newer",
  older: "Older",
  new: "New",
  repeat: "Repeat",
  copy: "Copy",
  copied: "Copied",
  copyByHand: "This browser does not let the console copy. Mark the text and copy it by hand.",
  visitor: "Visitor {number}",
});
