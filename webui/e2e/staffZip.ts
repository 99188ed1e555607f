import type { Page } from "@playwright/test";

import { makeZip } from "./fake/zip";

/** The core of the tests judges pictures by their size; `seed` makes one that no other is. */
export function picture(kind: "good" | "blurred" | "faceless", seed: number): Buffer {
  const size = { good: 5_000, blurred: 3_000, faceless: 1_000 }[kind];
  return Buffer.alloc(size, `picture ${seed} `);
}

/**
 * Three good pictures, two that are refused, and what is wrong with a row in each of three ways. The tests share a core:
 * `series` makes people whom no other test has made.
 */
export function mixedZip(series: number): Buffer {
  const sheet = [
    "file;display_name;employee_number;job_title;email;sites",
    `ida/;Ida Holm;${series}-1;Cashier;ida@shop.example;Harbour Street`,
    `max.jpg;Max Duong;${series}-2;Security;;Old Town Market`,
    `lost.jpg;Max Duong;${series}-2;;;`,
    `;Uma Silva;${series}-3;;;Harbour Street`,
    `pat.jpg;Pat Reyes;${series}-4;;pat at shop;`,
  ];
  return makeZip({
    "staff.csv": sheet.join("\r\n"),
    "ida/1.jpg": picture("good", 1),
    "ida/2.jpg": picture("good", 2),
    "ida/3.jpg": picture("blurred", 3),
    "ida/4.jpg": picture("faceless", 4),
    "max.jpg": picture("good", 5),
    "pat.jpg": picture("good", 6),
  });
}

export async function chooseZip(page: Page, zip: Buffer, name = "staff.zip"): Promise<void> {
  await page.getByTestId("file-input").setInputFiles({ name, mimeType: "application/zip", buffer: zip });
  await page.getByRole("button", { name: "Upload" }).waitFor();
}
