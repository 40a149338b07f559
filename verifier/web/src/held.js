/**
 * What this browser holds of the published log from one visit to the next, in a cache of its own beside the pages': the
 * newest trust file, checkpoint and status lists that verified. They are public, and signed: what lies here is checked
 * again each time it is used, so that damage to it makes nothing valid.
 */
export const HELD = "certledger-log";

const AT = "x-held-at";
/** Where a browser keeps nothing (no secure context, storage refused): for as long as the page is open. */
const inMemory = new Map();

/** The file held for a path: `{bytes, at}`, `at` the moment when it was had by this device's clock. */
export async function held(path) {
  try {
    const answer = await (await caches.open(HELD)).match(`/log/${path}`);
    if (!answer) return inMemory.get(path);
    return { bytes: new Uint8Array(await answer.arrayBuffer()), at: new Date(Number(answer.headers.get(AT))) };
  } catch {
    return inMemory.get(path);
  }
}

/** Holds a file in the place of what was held for its path. */
export async function hold(path, bytes, at) {
  inMemory.set(path, { bytes, at });
  try {
    await (await caches.open(HELD)).put(`/log/${path}`, new Response(bytes, { headers: { [AT]: `${at.valueOf()}` } }));
  } catch {
    // Kept in memory alone.
  }
}
