/**
 * Keeps the pages that check in the browser for when there is no connection: their shells, scripts and styles, by the
 * list below and nothing else. No answer about anybody ever passes through a cache here, nor does the published log,
 * which the pages hold themselves once it verified (held.js).
 */
const PAGES = `certledger-pages-${VERSION}`;
const ALL_PAGES = /^certledger-pages-/;
const LANGUAGES = ["zh", "en", "ko"];
/** Pages that are the same for everybody. A proof stands behind a `#`, which no request carries. */
const SHELLS = ["/scan", "/p", "/offline"];
const OWN = ["/assets/site.css", "/assets/icon.svg", "/assets/icon-192.png"];
const KEPT = new Set([...BUILT, ...OWN]);
/** Of these the name says what is in them. */
const HASHED = /-[0-9A-Z]{8}\.\w+$/;

addEventListener("install", (event) => event.waitUntil(keepAll()));
addEventListener("activate", (event) => event.waitUntil(takeOver()));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, searchParams } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.method !== "GET") {
    // A form that is sent without a connection: its page says so. Nothing of what was typed is kept.
    if (request.mode === "navigate") event.respondWith(fetchedOrKept(request, keyOf("/offline", languageOf(searchParams))));
  } else if (KEPT.has(pathname)) {
    event.respondWith(HASHED.test(pathname) ? keptOrFetched(request, pathname) : fetchedOrKept(request, pathname));
  } else if (request.mode === "navigate") {
    const shell = SHELLS.includes(pathname) ? pathname : "/offline";
    event.respondWith(fetchedOrKept(request, keyOf(shell, languageOf(searchParams))));
  }
});

/** All or nothing: a page without its script would be no help. */
async function keepAll() {
  const cache = await caches.open(PAGES);
  const pages = SHELLS.flatMap((path) =>
    LANGUAGES.map((language) => [keyOf(path, language), `${path}?lang=${language}`]));
  const files = [...KEPT].map((path) => [path, path]);
  await Promise.all([...pages, ...files].map(async ([key, address]) => {
    const answer = await fetch(address, { cache: "no-cache", credentials: "omit" });
    if (!answer.ok || answer.redirected || /no-store/.test(answer.headers.get("cache-control") ?? "")) {
      throw new Error(`${address} is not to be kept`);
    }
    await cache.put(key, answer);
  }));
}

/** What an earlier version kept is of no more use. What the pages hold of the log stays. */
async function takeOver() {
  const old = (await caches.keys()).filter((name) => ALL_PAGES.test(name) && name !== PAGES);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

async function keptOrFetched(request, key) {
  return (await caches.match(key, { cacheName: PAGES })) ?? fetch(request);
}

async function fetchedOrKept(request, key) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(key, { cacheName: PAGES });
    if (kept) return kept;
    throw error;
  }
}

/** A shell's key names its language as a path: no request has such a one. */
const keyOf = (path, language) => `${path}/${language}`;

function languageOf(asked) {
  const wanted = [asked.get("lang"), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return wanted.find((language) => LANGUAGES.includes(language)) ?? LANGUAGES[0];
}
