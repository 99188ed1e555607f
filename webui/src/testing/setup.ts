import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

import { activate } from "../i18n/active";

// Pages are loaded when they are first opened, which is slow on a busy machine.
configure({ asyncUtilTimeout: 15_000, getElementError: (message) => new Error(message ?? "not found") });

// What jsdom does not have.
vi.stubGlobal("matchMedia", (query: string) => Object.assign(new EventTarget(), { matches: false, media: query }));
window.scrollTo = () => undefined;
URL.createObjectURL = () => "blob:face";
URL.revokeObjectURL = () => undefined;
HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
  this.setAttribute("open", "");
};
HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) {
  this.removeAttribute("open");
};

afterEach(() => {
  cleanup();
  activate("en");
  window.sessionStorage.clear();
  window.localStorage.clear();
});
