import { expect, it, vi } from "vitest";

import { ImageStore } from "./images";

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

function arrange(keep: number) {
  const asked: string[] = [];
  const revoked = vi.spyOn(URL, "revokeObjectURL");
  let made = 0;
  vi.spyOn(URL, "createObjectURL").mockImplementation(() => `blob:${(made += 1)}`);
  const store = new ImageStore({
    keep,
    fetch: (imageId) => {
      asked.push(imageId);
      return imageId === "gone" ? Promise.reject(new Error("no")) : Promise.resolve(new Blob(["x"]));
    },
  });
  return { store, asked, revoked };
}

it("asks once for an image that several cards show", async () => {
  const { store, asked } = arrange(10);
  const [first, second] = [vi.fn(), vi.fn()];
  store.subscribe("a", first);
  store.subscribe("a", second);
  expect(store.state("a").status).toBe("loading");
  await settle();
  expect(asked).toEqual(["a"]);
  expect(first).toHaveBeenCalledOnce();
  expect(second).toHaveBeenCalledOnce();
  expect(store.state("a")).toEqual({ status: "shown", url: "blob:1" });
});

it("gives memory back for the oldest image that nobody shows", async () => {
  const { store, revoked } = arrange(1);
  const hide = store.subscribe("a", () => undefined);
  await settle();
  store.subscribe("b", () => undefined);
  await settle();
  expect(revoked).not.toHaveBeenCalled();
  hide();
  expect(revoked).toHaveBeenCalledExactlyOnceWith("blob:1");
  expect(store.state("b").status).toBe("shown");
});

it("says that an image failed, and asks again when it is shown again", async () => {
  const { store, asked } = arrange(10);
  store.subscribe("gone", () => undefined)();
  await settle();
  expect(store.state("gone").status).toBe("failed");
  store.subscribe("gone", () => undefined);
  expect(asked).toEqual(["gone", "gone"]);
});

it("forgets all images at sign-out", async () => {
  const { store, revoked } = arrange(10);
  store.subscribe("a", () => undefined);
  await settle();
  store.clear();
  expect(revoked).toHaveBeenCalledOnce();
});

it("has nothing to ask for when there is no image", () => {
  const { store, asked } = arrange(10);
  store.subscribe("", () => undefined);
  expect(store.state("").status).toBe("none");
  expect(asked).toEqual([]);
});
