import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { WebcamCapture } from "./WebcamCapture";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A device whose camera answers as the test says; jsdom has none. */
function withCamera(open: () => Promise<MediaStream>) {
  const asked: MediaStreamConstraints[] = [];
  vi.stubGlobal(
    "navigator",
    Object.create(navigator, {
      mediaDevices: {
        value: {
          getUserMedia: (constraints: MediaStreamConstraints) => {
            asked.push(constraints);
            return open();
          },
          enumerateDevices: async () => [
            { kind: "videoinput", deviceId: "one", label: "Built in" },
            { kind: "videoinput", deviceId: "two", label: "" },
            { kind: "audioinput", deviceId: "ear", label: "Microphone" },
          ],
        },
      },
    }),
  );
  vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
  return asked;
}

function streamOf(stopped: string[], name: string): MediaStream {
  const track = Object.assign(new EventTarget(), { stop: () => stopped.push(name) });
  return { getTracks: () => [track], getVideoTracks: () => [track] } as unknown as MediaStream;
}

it("says in words that the camera was refused, and asks again", async () => {
  let refused = true;
  const stopped: string[] = [];
  withCamera(async () => {
    if (refused) throw new DOMException("no", "NotAllowedError");
    return streamOf(stopped, "a");
  });
  render(<WebcamCapture use="Use" onPicture={vi.fn()} onClose={vi.fn()} />);
  expect(await screen.findByText("The browser may not use the camera")).toBeDefined();
  refused = false;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByLabelText("Camera")).toBeDefined();
  expect(screen.queryByRole("alert")).toBeNull();
});

it.each([
  ["NotFoundError", "This device has no camera"],
  ["NotReadableError", "Another program uses the camera"],
  ["TypeError", "The camera does not answer"],
])("tells %s", async (name, words) => {
  withCamera(async () => {
    throw new DOMException("no", name);
  });
  render(<WebcamCapture use="Use" onPicture={vi.fn()} onClose={vi.fn()} />);
  expect(await screen.findByText(words)).toBeDefined();
});

it("tells that a page without https gets no camera", async () => {
  vi.stubGlobal("navigator", Object.create(navigator, { mediaDevices: { value: undefined } }));
  render(<WebcamCapture use="Use" onPicture={vi.fn()} onClose={vi.fn()} />);
  expect(await screen.findByText("The browser gives this page no camera")).toBeDefined();
});

it("turns the camera off when another one is chosen and when it is closed", async () => {
  const stopped: string[] = [];
  const names = ["first", "second"];
  const asked = withCamera(async () => streamOf(stopped, names.shift() ?? "late"));
  const { unmount } = render(<WebcamCapture use="Use" onPicture={vi.fn()} onClose={vi.fn()} />);
  await userEvent.selectOptions(await screen.findByLabelText("Camera"), "two");
  await waitFor(() => {
    expect(stopped).toEqual(["first"]);
  });
  expect(asked.map(({ video }) => video)).toMatchObject([{ facingMode: "user" }, { deviceId: { exact: "two" } }]);
  unmount();
  expect(stopped).toEqual(["first", "second"]);
});

it("turns a camera off that answers only after it was closed", async () => {
  const stopped: string[] = [];
  let answer: (stream: MediaStream) => void = () => undefined;
  withCamera(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const { unmount } = render(<WebcamCapture use="Use" onPicture={vi.fn()} onClose={vi.fn()} />);
  unmount();
  answer(streamOf(stopped, "late"));
  await waitFor(() => {
    expect(stopped).toEqual(["late"]);
  });
});
