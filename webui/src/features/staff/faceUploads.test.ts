import { expect, it, vi } from "vitest";

import { FaceUploads } from "./faceUploads";

interface Sent {
  readonly requestId: string;
  readonly signal: AbortSignal;
  readonly accept: (quality: number) => void;
  readonly refuse: (why: string) => void;
}

function open() {
  const sent: Sent[] = [];
  let made = 0;
  const uploads = new FaceUploads({
    send: (_, requestId, signal) =>
      new Promise((accept, reject) => {
        sent.push({
          requestId,
          signal,
          accept,
          refuse: (why) => {
            reject(new Error(why));
          },
        });
      }),
    explain: (error) => ({ title: (error as Error).message, hint: "", transient: true }),
    newId: () => `id-${(made += 1)}`,
  });
  const add = (...names: string[]) => {
    uploads.add(names.map((name) => ({ name, picture: new Blob([name]) })));
  };
  const phases = () => uploads.current().map(({ name, progress }) => `${name} ${progress.phase}`);
  return { uploads, sent, add, phases };
}

/** Lets what was settled be seen. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

it("checks two at a time, and one that is refused does not stop the others", async () => {
  const { sent, add, phases } = open();
  add("a", "b", "c");
  expect(phases()).toEqual(["a checking", "b checking", "c waiting"]);
  sent[0]!.refuse("no face");
  await settle();
  expect(phases()).toEqual(["a refused", "b checking", "c checking"]);
  sent[2]!.accept(0.8);
  await settle();
  expect(phases()).toEqual(["a refused", "b checking", "c accepted"]);
});

it("keeps what was refused until it is dismissed, and drops what was accepted with the next pictures", async () => {
  const { uploads, sent, add, phases } = open();
  add("a", "b");
  sent[0]!.refuse("blurred");
  sent[1]!.accept(0.9);
  await settle();
  add("c");
  expect(phases()).toEqual(["a refused", "c checking"]);
  uploads.dismiss("id-1");
  expect(phases()).toEqual(["c checking"]);
});

it("tries again as the same request", async () => {
  const { uploads, sent, add, phases } = open();
  add("a");
  sent[0]!.refuse("away");
  await settle();
  uploads.retry("id-1");
  expect(sent.map(({ requestId }) => requestId)).toEqual(["id-1", "id-1"]);
  sent[1]!.accept(1);
  await settle();
  expect(phases()).toEqual(["a accepted"]);
  uploads.retry("id-1");
  expect(sent, "what is accepted is not sent again").toHaveLength(2);
});

it("cancels what is dismissed, and goes on with the next", async () => {
  const { uploads, sent, add, phases } = open();
  add("a", "b", "c");
  uploads.dismiss("id-1");
  expect(sent[0]!.signal.aborted).toBe(true);
  sent[0]!.refuse("cancelled");
  await settle();
  expect(phases()).toEqual(["b checking", "c checking"]);
});

it("gives back the memory of every picture", async () => {
  const revoke = vi.spyOn(URL, "revokeObjectURL");
  const { uploads, add } = open();
  add("a", "b", "c");
  uploads.refuse("d.heic", { title: "no picture", hint: "", transient: false });
  uploads.close();
  expect(revoke).toHaveBeenCalledTimes(3);
  expect(uploads.current()).toEqual([]);
  expect(uploads.underWay()).toBe(0);
});
