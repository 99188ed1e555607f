// Writes a .br and a .gz beside every built text file that gains from it, so that serving costs no CPU.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url).pathname;
const TEXT = /\.(js|css|svg|json|webmanifest)$/;
const SMALLEST = 512;

let files = 0;
let before = 0;
let after = 0;
for (const name of readdirSync(DIST, { recursive: true, encoding: "utf8" })) {
  const path = join(DIST, name);
  if (!TEXT.test(name) || name.startsWith(".vite") || statSync(path).size < SMALLEST) continue;
  const content = readFileSync(path);
  const brotli = brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
  writeFileSync(`${path}.br`, brotli);
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  files += 1;
  before += content.length;
  after += brotli.length;
}
console.log(`compressed ${files} files: ${Math.round(before / 1000)} kB -> ${Math.round(after / 1000)} kB brotli`);
