import { randomUUID } from "node:crypto";

import type { Page } from "@playwright/test";

import type { JsonApi } from "./jsonApi";

const DIMENSION = 512;
const MODEL_ID = "fr-mobilefacenet-512";

/**
 * Records a face that nobody has: a random unit vector is near to no other one in 512 dimensions. `page` draws its
 * picture, and shows what it showed.
 */
export async function postFaceEvent(page: Page, admin: JsonApi, worker: JsonApi): Promise<void> {
  const { cameras = [] } = await admin.get<{ cameras?: { cameraId: string }[] }>("/v1/cameras");
  const [camera] = cameras;
  if (!camera) throw new Error("the stack has no camera to see somebody with");
  const seen = new Date();
  await worker.post("/v1/events/face", {
    eventId: randomUUID(),
    trackId: randomUUID(),
    cameraId: camera.cameraId,
    firstSeenTime: new Date(seen.getTime() - 2000).toISOString(),
    lastSeenTime: seen.toISOString(),
    final: true,
    embedding: { modelId: MODEL_ID, vector: randomUnitVector().toString("base64") },
    box: { x: 200, y: 120, width: 120, height: 150 },
    detectionScore: 0.97,
    quality: { score: 0.9, size: 0.95, pose: 0.93, sharpness: 0.9, exposure: 0.96, interOcularPx: 62 },
    shotCount: 5,
    cropJpeg: await drawnFace(page),
  });
}

function randomUnitVector(): Buffer {
  // Normal components make every direction equally likely (Box-Muller).
  const values = Array.from(
    { length: DIMENSION },
    () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()),
  );
  const length = Math.hypot(...values);
  const bytes = Buffer.alloc(DIMENSION * 4);
  values.forEach((value, at) => bytes.writeFloatLE(value / length, at * 4));
  return bytes;
}

/** A JPEG that the browser draws, in base64: no picture of a person is needed. */
async function drawnFace(page: Page): Promise<string> {
  const url = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = 160;
    canvas.height = 160;
    const pen = canvas.getContext("2d");
    if (!pen) throw new Error("no canvas");
    pen.fillStyle = "#b7cbd0";
    pen.fillRect(0, 0, 160, 160);
    pen.fillStyle = "#d9a066";
    pen.beginPath();
    pen.ellipse(80, 78, 42, 54, 0, 0, Math.PI * 2);
    pen.fill();
    pen.fillStyle = "#222222";
    for (const x of [64, 96]) pen.fillRect(x - 4, 68, 8, 6);
    pen.fillRect(64, 104, 32, 4);
    return canvas.toDataURL("image/jpeg", 0.9);
  });
  return url.slice(url.indexOf(",") + 1);
}
