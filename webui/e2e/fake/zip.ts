import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_SIZE = 30;
const CENTRAL_SIZE = 46;
const END_SIZE = 22;
const UTF8 = 0x0800;
const DEFLATED = 8;
const VERSION = 20;

/** A zip file of the given files, by their paths. */
export function makeZip(files: Readonly<Record<string, Buffer | string>>): Buffer {
  const bodies: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of Object.entries(files)) {
    const plain = Buffer.from(content);
    const packed = deflateRawSync(plain);
    const name = Buffer.from(path);
    const local = Buffer.alloc(LOCAL_SIZE);
    local.writeUInt32LE(LOCAL, 0);
    local.writeUInt16LE(VERSION, 4);
    local.writeUInt16LE(UTF8, 6);
    local.writeUInt16LE(DEFLATED, 8);
    local.writeUInt32LE(crc32(plain), 14);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(plain.length, 22);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(CENTRAL_SIZE);
    entry.writeUInt32LE(CENTRAL, 0);
    entry.writeUInt16LE(VERSION, 4);
    local.copy(entry, 6, 4, LOCAL_SIZE);
    entry.writeUInt32LE(offset, 42);
    bodies.push(local, name, packed);
    entries.push(entry, name);
    offset += LOCAL_SIZE + name.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(END_SIZE);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(entries.length / 2, 8);
  end.writeUInt16LE(entries.length / 2, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, directory, end]);
}

/** The files of a zip file, by their paths, in its order; undefined for what is no zip file. */
export function readZip(zip: Buffer): ReadonlyMap<string, Buffer> | undefined {
  const end = zip.length - END_SIZE;
  if (end < 0 || zip.readUInt32LE(end) !== END) return undefined;
  const files = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (at + CENTRAL_SIZE > end || zip.readUInt32LE(at) !== CENTRAL) return undefined;
    const nameLength = zip.readUInt16LE(at + 28);
    const path = zip.toString("utf8", at + CENTRAL_SIZE, at + CENTRAL_SIZE + nameLength);
    const body = zip.readUInt32LE(at + 42);
    const start = body + LOCAL_SIZE + zip.readUInt16LE(body + 26) + zip.readUInt16LE(body + 28);
    const packed = zip.subarray(start, start + zip.readUInt32LE(at + 20));
    if (!path.endsWith("/")) files.set(path, inflateRawSync(packed));
    at += CENTRAL_SIZE + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return files;
}
