import { expect, it } from "vitest";

import { sheetTemplate } from "./sheetTemplate";

async function linesOf(sites: readonly string[]): Promise<string[]> {
  const bytes = new Uint8Array(await sheetTemplate(sites).arrayBuffer());
  expect([...bytes.slice(0, 3)], "what spreadsheets know UTF-8 by").toEqual([0xef, 0xbb, 0xbf]);
  return new TextDecoder().decode(bytes).split("\r\n");
}

it("has the headings that the core knows, and as many cells in each row", async () => {
  const [headings, ...rows] = await linesOf(["Harbour Street", "Chợ Lớn", "Old Town"]);
  expect(headings).toBe("file;display_name;employee_number;job_title;email;sites");
  expect(rows[0]).toBe("ann/front.jpg|ann/left.jpg;Ann Example;P-17;Cashier;ann@shop.example;Harbour Street|Chợ Lớn");
  expect(rows.slice(0, -1).map((row) => row.split(";").length)).toEqual([6, 6]);
  expect(rows.at(-1), "the last line ends").toBe("");
});

it("quotes what would be two cells, and disarms what would be a formula", async () => {
  const [, row] = await linesOf(['Kiosk; "North"']);
  expect(row).toMatch(/;"Kiosk; ""North"""$/);
  const [, formula] = await linesOf(["=HYPERLINK(1)"]);
  expect(formula).toMatch(/;'=HYPERLINK\(1\)$/);
});
