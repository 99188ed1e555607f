const HEADINGS = ["file", "display_name", "employee_number", "job_title", "email", "sites"];

/** Spreadsheets take a file without this mark for one of their own old encodings. */
const MARK = "\uFEFF";

/**
 * A CSV file to begin with: the headings, and rows that show what may stand below them. The rows name pictures that
 * nobody has, so whoever forgets to delete them adds nobody.
 */
export function sheetTemplate(sites: readonly string[]): Blob {
  const rows = [
    HEADINGS,
    ["ann/front.jpg|ann/left.jpg", "Ann Example", "P-17", "Cashier", "ann@shop.example", sites.slice(0, 2).join("|")],
    ["ben/", "Ben Example", "P-18", "", "", ""],
  ];
  return new Blob([MARK, ...rows.map((cells) => `${cells.map(cellText).join(";")}\r\n`)], { type: "text/csv;charset=utf-8" });
}

/** What begins like a formula is one to a spreadsheet: a name of a site must not be run. */
function cellText(cell: string): string {
  const plain = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[;"\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
