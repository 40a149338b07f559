/** Copies of a picture that blurred and small prints are read from: sharpened, and at twice the size. */

const RADIUS = 2;
const STRENGTH = 2;
const THRESHOLD = 2;

/** Shades of grey, one byte a pixel, out of RGBA on white. */
export function grey({ data, width, height }) {
  const shades = new Uint8ClampedArray(width * height);
  for (let at = 0; at < shades.length; at += 1) {
    const [r, g, b, a] = [data[4 * at], data[4 * at + 1], data[4 * at + 2], data[4 * at + 3]];
    shades[at] = 255 - (a * (255 - (0.299 * r + 0.587 * g + 0.114 * b))) / 255;
  }
  return { shades, width, height };
}

/** RGBA out of shades of grey. */
export function rgba({ shades, width, height }) {
  const data = new Uint8ClampedArray(4 * shades.length);
  for (let at = 0; at < shades.length; at += 1) data.fill(shades[at], 4 * at, 4 * at + 3);
  for (let at = 3; at < data.length; at += 4) data[at] = 255;
  return { data, width, height };
}

/** An unsharp mask, as verifier/scan.py lays it on: what differs from its surroundings differs more. */
export function sharpened({ shades, width, height }) {
  const blurred = blur(blur({ shades, width, height }));
  const sharp = shades.map((shade, at) => {
    const difference = shade - blurred.shades[at];
    return Math.abs(difference) > THRESHOLD ? shade + STRENGTH * difference : shade;
  });
  return { shades: sharp, width, height };
}

/** At twice the size, between its pixels by the mean of their neighbours. */
export function doubled({ shades, width, height }) {
  const [w, h] = [2 * width, 2 * height];
  const large = new Uint8ClampedArray(w * h);
  for (let y = 0; y < h; y += 1) {
    const [upper, lower] = [y >> 1, Math.min((y + 1) >> 1, height - 1)];
    for (let x = 0; x < w; x += 1) {
      const [left, right] = [x >> 1, Math.min((x + 1) >> 1, width - 1)];
      large[y * w + x] = (shades[upper * width + left] + shades[upper * width + right] +
        shades[lower * width + left] + shades[lower * width + right]) / 4;
    }
  }
  return { shades: large, width: w, height: h };
}

/** The mean over a square; two in a row come close to a Gaussian. */
function blur(picture) {
  return across(across(picture, 1, picture.width, picture.height), picture.width, picture.height, picture.width);
}

/** The mean along lines: `step` from a pixel to the next, `length` of a line, `count` of lines. */
function across({ shades, width, height }, step, length, count) {
  const out = new Uint8ClampedArray(shades.length);
  const start = step === 1 ? width : 1;
  for (let line = 0; line < count; line += 1) {
    const first = line * start;
    const shade = (at) => shades[first + Math.min(Math.max(at, 0), length - 1) * step];
    let sum = 0;
    for (let at = -RADIUS; at <= RADIUS; at += 1) sum += shade(at);
    for (let at = 0; at < length; at += 1) {
      out[first + at * step] = sum / (2 * RADIUS + 1);
      sum += shade(at + RADIUS + 1) - shade(at - RADIUS);
    }
  }
  return { shades: out, width, height };
}
