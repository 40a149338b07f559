/** The way from an entry to the signed root, as a drawing: twin of api/picture.py, place by place. */
import { toHex } from "./bytes.js";
import { nodeHash } from "./merkle.js";

const WIDTH = 320;
const ROW = 46;
const MARGIN = 18;
const OWN = WIDTH / 2;
const LEFT = 54;
const RIGHT = WIDTH - LEFT;
const DIGITS = 8;

/** Boxes `{kind, x, y, text}` and lines `[x1, y1, x2, y2]` of a path that was verified; the root is at the top. */
export async function drawPath({ leaf, index, size, path }) {
  let [place, last, node, y] = [index, size - 1n, leaf, MARGIN + ROW * path.length];
  const [boxes, lines] = [[{ kind: "leaf", x: OWN, y, text: short(leaf) }], []];
  for (const other of path) {
    const left = Boolean(place & 1n) || place === last;
    node = left ? await nodeHash(other, node) : await nodeHash(node, other);
    if (left) {
      while (!(place & 1n) && place) [place, last] = [place >> 1n, last >> 1n];
    }
    const side = left ? LEFT : RIGHT;
    boxes.push({ kind: "other", x: side, y, text: short(other) }, { kind: "own", x: OWN, y: y - ROW, text: short(node) });
    lines.push([OWN, y, OWN, y - ROW], [side, y, OWN, y - ROW]);
    [place, last, y] = [place >> 1n, last >> 1n, y - ROW];
  }
  boxes.at(-1).kind = "root";
  return { width: WIDTH, height: 2 * MARGIN + ROW * path.length, boxes, lines };
}

const short = (node) => toHex(node).slice(0, DIGITS);
