/** The files of an evidence file: a ZIP whose parts are stored as they are, not packed. Anything else is refused. */
import { malformed } from "./errors.js";

const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_SIZE = 22;
const MOST = 20_000;

/** The bytes by name. */
export function filesOf(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const end = data.length - END_SIZE;
  if (end < 0 || view.getUint32(end, true) !== END) throw malformed("not a ZIP file without a comment");
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count > MOST) throw malformed("the ZIP file holds more files than evidence has");
  const files = new Map();
  try {
    for (let n = 0; n < count; n += 1) at = take(view, data, at, files);
  } catch (error) {
    if (error instanceof RangeError) throw malformed("the ZIP file is cut short");
    throw error;
  }
  return files;
}

function take(view, data, at, files) {
  if (view.getUint32(at, true) !== CENTRAL) throw malformed("the ZIP file's list is damaged");
  const [method, size, plain] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
  const [named, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
  const name = new TextDecoder().decode(data.subarray(at + 46, at + 46 + named));
  if (method || size !== plain) throw malformed(`${name} is packed: unpack the ZIP file and give its files`);
  if (files.has(name)) throw malformed(`${name} stands twice in the ZIP file`);
  const local = view.getUint32(at + 42, true);
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + size > data.length) throw malformed("the ZIP file is cut short");
  files.set(name, data.slice(start, start + size));
  return at + 46 + named + extra + comment;
}
