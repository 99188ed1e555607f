import { expect, it } from "vitest";

import { pickPictures } from "./pictureFiles";

function file(name: string, type: string, size = 10): File {
  const made = new File(["x"], name, { type });
  Object.defineProperty(made, "size", { value: size });
  return made;
}

it("takes pictures in their order, and says what it leaves and why", () => {
  const picked = pickPictures(
    [
      file("a.jpg", "image/jpeg"),
      file("phone.heic", "image/heic"),
      file("empty.png", "image/png", 0),
      file("film.webp", "image/webp", 50_000_000),
      file("large.jpg", "image/jpeg", 12_000_000),
      file("one-too-many.png", "image/png"),
    ],
    2,
  );
  expect(picked.taken.map(({ name }) => name)).toEqual(["a.jpg", "large.jpg"]);
  expect(picked.left.map(({ file: { name }, fault }) => [name, fault])).toEqual([
    ["phone.heic", "type"],
    ["empty.png", "size"],
    ["film.webp", "size"],
    ["one-too-many.png", "count"],
  ]);
});
