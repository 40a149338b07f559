/**
 * The page that scans: camera, files and text, each thing with a card of its own. Everything is checked here in the
 * browser; a link code of this site leads to its page, one of another site is shown and never opened.
 */
import { parseAddress } from "./address.js";
import { fromBase64url } from "./bytes.js";
import { Camera, NoCamera } from "./camera.js";
import { Checker, FILE_LIMIT, refused } from "./check.js";
import { CouldNotCheck } from "./errors.js";
import { heldHead } from "./head.js";
import { openLog } from "./log.js";
import { NoConnection, fetchPublished } from "./published.js";
import { read } from "./pasted.js";
import { head, report } from "./report.js";
import { busy, element } from "./result.js";
import { scan } from "./scan.js";
import sentences from "./scanning.json" with { type: "json" };
import { LANGUAGE, readable, speaker } from "./words.js";

/** A sentence of this page. A link code's page, which is to be light, does without them. */
const say = speaker(sentences);

const part = (id) => document.getElementById(id);
const ANSWER_LIMIT = 1024 * 1024;
const SHOWN_LIMIT = 300;

// --- cards ----------------------------------------------------------------------------------------------------------

/** A place for the cards of what is checked at once, above the earlier ones. */
function batch() {
  const made = element("div", {});
  part("cards").prepend(made);
  return made;
}

/** A card for a thing; `check` gives its verdict out of a checker, `extra` remarks on the verdict. */
async function card(place, name, check, extra = () => []) {
  const heading = element("h2", { class: "thing", tabindex: "-1" }, name);
  const told = element("div", {}, busy("h3"));
  place.append(element("article", { class: "card" }, heading, told));
  if (place.childElementCount === 1) heading.focus();
  try {
    const log = await openLog(new Date(), true);
    const verdict = await check(new Checker(log, { scan, fetchLink }));
    told.replaceChildren(...(await report(verdict, log, "h3", extra(verdict))), ...leads(verdict));
  } catch (error) {
    told.replaceChildren(...(await report(refused(error), await heldHead(), "h3")));
  }
}

/** Where a card leads on to. */
function leads({ state, linkId, why }) {
  const ways = [];
  if (["foreign-code", "no-code"].includes(why?.[0])) ways.push([`/check?lang=${LANGUAGE}`, say("type_number")]);
  if (state === "not-as-issued") ways.push([`/compare?lang=${LANGUAGE}`, say("compare_file")]);
  if (linkId) ways.push([pageOf(linkId), say("open_page")]);
  return ways.map(([href, text]) => element("p", {}, element("a", { href }, text)));
}

const pageOf = (linkId) => `/c/${linkId}?lang=${LANGUAGE}`;

/** What the server has for a link: proof and changes, of which nothing is believed (verifier/check.py, `_link`). */
async function fetchLink(linkId) {
  let text;
  try {
    const how = { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" };
    const answer = await fetch(`/c/${linkId}.json`, how);
    if (!answer.ok) throw new CouldNotCheck(`the link cannot be had: the server answers ${answer.status}`);
    text = await answer.text();
  } catch (error) {
    if (error instanceof CouldNotCheck) throw error;
    throw new CouldNotCheck("the link cannot be had: no connection (the proof code on the paper works without one)");
  }
  try {
    const { proof, changes = [] } = JSON.parse(text);
    const read = [proof, ...changes].map(fromBase64url);
    if (text.length > ANSWER_LIMIT || read.includes(undefined)) throw new TypeError("not base64url");
    return { proof: read[0], changes: read.slice(1) };
  } catch {
    throw new CouldNotCheck("the server's answer to the link is not in the form that it should have");
  }
}

// --- files ----------------------------------------------------------------------------------------------------------

/** Each file in turn: pictures are large, and phones small. */
async function checkFiles(files) {
  const [status, place] = [part("files-status"), batch()];
  for (const [at, file] of [...files].entries()) {
    status.textContent = say("checking_file", { number: at + 1, count: files.length });
    await card(place, file.name, async (checker) => checker.file(await bytesOf(file)));
  }
  status.textContent = say("checked_files", { count: files.length });
}

async function bytesOf(file) {
  try {
    return new Uint8Array(await file.slice(0, FILE_LIMIT + 1).arrayBuffer());
  } catch {
    throw new CouldNotCheck("the file cannot be read");
  }
}

function takeFiles() {
  const picker = part("picker");
  picker.addEventListener("change", async () => {
    const files = [...picker.files];
    picker.value = "";
    await checkFiles(files);
  });
  const zone = part("drop");
  for (const kind of ["dragenter", "dragover"]) {
    addEventListener(kind, (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      zone.dataset.over = "yes";
    });
  }
  for (const kind of ["dragleave", "drop"]) addEventListener(kind, () => delete zone.dataset.over);
  addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    checkFiles([...event.dataTransfer.files]);
  });
}

// --- text -----------------------------------------------------------------------------------------------------------

/** An address, the text of a code, a certificate number, or a number with its holder's name. */
function checkText(text) {
  const { address, number, name, problem } = read(text, location);
  if (address) return checkCodes([address], say("pasted"));
  const made = element("article", { class: "card" }, element("h2", { class: "thing", tabindex: "-1" }, say("pasted")));
  if (problem) made.append(head({ state: problem.why, why: [problem.why], message: problem.message }, "h3"));
  else made.append(...lookup(number, name));
  batch().append(made);
  made.querySelector(".thing").focus();
  return undefined;
}

/** A number alone shows nothing: the form for it wants the name too. It is sent from here only where that can succeed. */
function lookup(number, name) {
  const form = part("by-number").content.firstElementChild.cloneNode(true);
  form.querySelector("[name=number]").value = number;
  form.querySelector("[name=name]").value = name;
  const status = element("p", { role: "status" });
  form.append(status);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    status.textContent = "";
    if (await connected()) form.submit();
    else status.textContent = say("needs_connection");
  });
  const what = name ? say("is_both") : number ? say("is_number") : say("is_site");
  return [element("p", {}, what), form];
}

/** Whether the server answers at all: a form that is sent without a connection would take this page and its cards away. */
async function connected() {
  try {
    await fetchPublished("checkpoint");
  } catch (error) {
    return !(error instanceof NoConnection);
  }
  return true;
}

/** The texts of codes: one of this site's links leads to its page, anything else is told of in a card. */
function checkCodes(texts, name) {
  const read = texts.map(parsed);
  const proof = read.some((code) => code.proof);
  const own = read.find(({ host, linkId }) => linkId && host === location.host);
  if (own && !proof && navigator.onLine) {
    location.assign(pageOf(own.linkId));
    return;
  }
  const remark = own ? say("link_offline") : say("not_opened");
  card(
    batch(),
    name,
    (checker) => (texts.length > 1 ? checker.codes(texts) : checker.address(texts[0])),
    (verdict) => (verdict.proved || proof ? [] : [remark, { before: `${say("it_says")} `, text: shortened(texts[0]) }]),
  );
}

const shortened = (text) => (text.length > SHOWN_LIMIT ? `${text.slice(0, SHOWN_LIMIT)}…` : text);

function parsed(text) {
  try {
    return parseAddress(text);
  } catch {
    return {};
  }
}

// --- camera ---------------------------------------------------------------------------------------------------------

let camera = null;

function stopCamera() {
  camera?.stop();
  camera = null;
  part("viewfinder").hidden = true;
  part("start").hidden = false;
}

async function startCamera() {
  const status = part("camera-status");
  part("start").hidden = true;
  part("viewfinder").hidden = false;
  status.textContent = say("camera_asking");
  let started;
  try {
    started = await Camera.start(part("video"));
  } catch (error) {
    if (!(error instanceof NoCamera)) throw error;
    stopCamera();
    status.textContent = CAMERA[error.sentence]();
    part("start").focus();
    return;
  }
  // Whoever pressed stop while the browser asked wants no camera.
  if (part("viewfinder").hidden) {
    started.stop();
    return;
  }
  camera = started;
  status.textContent = say("camera_looking");
  part("torch").hidden = !camera.hasTorch;
  part("stop").focus();
  await watch(status);
}

const CAMERA = {
  camera_busy: () => say("camera_busy"),
  camera_insecure: () => say("camera_insecure"),
  camera_none: () => say("camera_none"),
  camera_refused: () => say("camera_refused"),
};

async function watch(status) {
  try {
    await camera.watch((codes) => {
      stopCamera();
      status.textContent = say("camera_found");
      checkCodes(codes, say("from_camera"));
    });
  } catch (error) {
    stopCamera();
    status.textContent = say("camera_reader");
    throw error;
  }
}

function takeCamera() {
  part("start").addEventListener("click", startCamera);
  part("stop").addEventListener("click", () => {
    stopCamera();
    part("camera-status").textContent = say("camera_stopped");
    part("start").focus();
  });
  part("torch").addEventListener("click", async ({ currentTarget: button }) => {
    const on = button.getAttribute("aria-pressed") !== "true";
    await camera?.torch(on);
    button.setAttribute("aria-pressed", String(on));
  });
  addEventListener("pagehide", stopCamera);
}

// --- for when there is no connection ---------------------------------------------------------------------------------

/** Takes what a check needs of the log, and keeps the page itself; says from when what is held is. */
async function prepareOffline() {
  const status = part("offline-status");
  try {
    const log = await openLog();
    await log.holdLists();
    const kept = await navigator.serviceWorker?.register("/sw.js", { updateViaCache: "none" });
    if (kept) await navigator.serviceWorker.ready;
    if (log.head) {
      const told = { size: log.head.size, moment: readable(log.at) };
      status.textContent = kept ? say("offline_ready", told) : say("offline_not");
      status.dataset.ready = kept ? "yes" : "no";
    }
  } catch {
    status.textContent = say("offline_not");
    status.dataset.ready = "no";
  }
}

part("needs-script").remove();
part("scanner").hidden = false;
takeCamera();
takeFiles();
part("paste").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = part("text").value.trim();
  if (text) checkText(text);
});
if (document.readyState === "complete") await prepareOffline();
else addEventListener("load", prepareOffline);
