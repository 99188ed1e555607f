import { createEvent, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { FileDropZone } from "./FileDropZone";

const PICTURE = new File(["x"], "a.jpg", { type: "image/jpeg" });

function open(props: { takesPaste?: boolean; disabled?: boolean } = {}) {
  const onFiles = vi.fn();
  render(
    <>
      <input aria-label="Other field" />
      <FileDropZone
        icon={null}
        accept={["image/jpeg"]}
        title="Drop"
        hint="here"
        choose="Choose"
        multiple
        takesPaste={props.takesPaste ?? true}
        disabled={props.disabled ?? false}
        onFiles={onFiles}
      />
    </>,
  );
  return onFiles;
}

it("takes what is dropped on it and what is chosen", async () => {
  const onFiles = open();
  fireEvent.drop(screen.getByTestId("drop-zone"), { dataTransfer: { files: [PICTURE], types: ["Files"] } });
  await userEvent.upload(screen.getByTestId("file-input"), [PICTURE, PICTURE]);
  expect(onFiles.mock.calls).toEqual([[[PICTURE]], [[PICTURE, PICTURE]]]);
});

it("takes what is pasted on the page, and leaves to a field what is pasted there", () => {
  const onFiles = open();
  fireEvent.paste(screen.getByLabelText("Other field"), { clipboardData: { files: [PICTURE] } });
  expect(onFiles).not.toHaveBeenCalled();
  fireEvent.paste(document.body, { clipboardData: { files: [PICTURE] } });
  expect(onFiles).toHaveBeenCalledExactlyOnceWith([PICTURE]);
});

it("takes nothing while it is disabled, and no paste that is another zone's", () => {
  const disabled = open({ disabled: true });
  fireEvent.drop(screen.getByTestId("drop-zone"), { dataTransfer: { files: [PICTURE], types: ["Files"] } });
  fireEvent.paste(document.body, { clipboardData: { files: [PICTURE] } });
  expect(disabled).not.toHaveBeenCalled();
  expect(screen.getByRole("button", { name: "Choose" }).hasAttribute("disabled")).toBe(true);
});

it("leaves a paste to another zone of the page", () => {
  const onFiles = open({ takesPaste: false });
  fireEvent.paste(document.body, { clipboardData: { files: [PICTURE] } });
  expect(onFiles).not.toHaveBeenCalled();
});

it("keeps the page when a file falls beside the zone", () => {
  open();
  const drop = createEvent.drop(document.body, { dataTransfer: { files: [PICTURE], types: ["Files"] } });
  fireEvent(document.body, drop);
  expect(drop.defaultPrevented).toBe(true);
});
