import { expect, it } from "vitest";

import { isSource, joinSource, splitSource } from "./sourceUrl";

it.each([
  ["rtsp://192.0.2.1/live", { address: "rtsp://192.0.2.1/live", user: "", hasPassword: false }],
  ["rtsp://shop:***@192.0.2.1:554/live", { address: "rtsp://192.0.2.1:554/live", user: "shop", hasPassword: true }],
  ["rtsps://a%40b@host/x", { address: "rtsps://host/x", user: "a@b", hasPassword: false }],
  ["rtsp://:***@host/x", { address: "rtsp://host/x", user: "", hasPassword: true }],
  ["usb:0", { address: "usb:0", user: "", hasPassword: false }],
  ["rtsp://host/x?user=a@b", { address: "rtsp://host/x?user=a@b", user: "", hasPassword: false }],
])("takes %s apart, and puts it together as it was", (url, parts) => {
  expect(splitSource(url)).toEqual(parts);
  expect(joinSource(parts.address, parts.user, undefined, parts.hasPassword)).toBe(url);
});

it("writes what a password may not hold in a URL by its number", () => {
  expect(joinSource("rtsp://host/x", "shop", "p@ss/w:rd", false)).toBe("rtsp://shop:p%40ss%2Fw%3Ard@host/x");
});

it("knows what workers read", () => {
  expect(["rtsp://h/x", "usb:1", "file:/a", "synthetic:", "synthetic:640x360@5"].every(isSource)).toBe(true);
  expect(["http://h", "usb:", "rtsp:///x", ""].some(isSource)).toBe(false);
});
