// What the office's pages do beside their forms: passkeys, hashes of files, and what htmx is told of checks as one types.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** The options as the browser wants them: binary values out of base64url. */
function read(options) {
  const made = { ...options, challenge: bytes(options.challenge) };
  if (options.user) made.user = { ...options.user, id: bytes(options.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (options[list]) made[list] = options[list].map((item) => ({ ...item, id: bytes(item.id) }));
  }
  return made;
}

/** A credential as the server wants it. */
function written(credential) {
  const response = {};
  for (const name of ["attestationObject", "authenticatorData", "clientDataJSON", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
}

async function ceremony(form) {
  const purpose = form.dataset.passkey;
  const asked = new URLSearchParams({ for: purpose });
  for (const name of ["proposal", "intake", "change", "credential", "invitation"]) {
    if (form.dataset[name]) asked.set(name, form.dataset[name]);
  }
  const answer = await fetch(`/console/passkey?${asked}`, { method: "POST" });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const { ticket, options } = await answer.json();
  const publicKey = read(options);
  const credential =
    purpose === "register"
      ? await navigator.credentials.create({ publicKey })
      : await navigator.credentials.get({ publicKey });
  const prefix = form.elements.answer ? "" : "_";
  form.elements[`${prefix}ticket`].value = ticket;
  form.elements[`${prefix}answer`].value = JSON.stringify(written(credential));
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("[data-ask-passkey]");
  if (!button || !globalThis.PublicKeyCredential) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const fault = form.querySelector("[data-passkey-fault]");
    fault.hidden = true;
    if (form.dataset.passkey === "register" && !form.reportValidity()) return;
    try {
      await ceremony(form);
    } catch {
      fault.hidden = false;
    }
  });
}

for (const place of document.querySelectorAll("[data-hash-into]")) {
  const file = place.querySelector("input[type=file]");
  const into = document.getElementById(place.dataset.hashInto);
  if (!file || !into || !globalThis.crypto?.subtle) continue;
  place.hidden = false;
  file.addEventListener("change", async () => {
    if (!file.files.length) return;
    const digest = await crypto.subtle.digest("SHA-256", await file.files[0].arrayBuffer());
    into.value = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
    into.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

for (const form of document.querySelectorAll("form[data-drop]")) {
  const zone = form.querySelector("[data-drop-zone]");
  const folder = form.querySelector("[data-drop-folder]");
  const list = form.querySelector("[data-drop-list]");
  const input = form.querySelector("#files");
  zone.hidden = false;
  folder.hidden = !("webkitdirectory" in input);
  const show = () => {
    const names = [...input.files, ...folder.querySelector("input").files].map((file) => file.name);
    list.replaceChildren(...names.map((name) => Object.assign(document.createElement("li"), { textContent: name })));
  };
  form.addEventListener("change", show);
  for (const kind of ["dragenter", "dragover"]) {
    form.addEventListener(kind, (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
  }
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", async (event) => {
    event.preventDefault();
    form.classList.remove("over");
    const dropped = new DataTransfer();
    for (const file of input.files) dropped.items.add(file);
    for (const file of await allOf(event.dataTransfer)) dropped.items.add(file);
    input.files = dropped.files;
    show();
  });
}

/** The files that were dropped, those in folders with them. */
async function allOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found;
}

async function walk(entry, found) {
  if (entry.isFile) {
    found.push(await new Promise((good, bad) => entry.file(good, bad)));
    return;
  }
  if (entry.name === "expected") return; // answers, which are no part of a pack
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((good, bad) => reader.readEntries(good, bad));
    if (!some.length) return;
    for (const inner of some) await walk(inner, found);
  }
}

for (const place of document.querySelectorAll("[data-progress]")) {
  const bar = place.querySelector("progress");
  const look = async () => {
    try {
      const answer = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const told = await answer.json();
      if (String(told.version) !== place.dataset.version) {
        location.reload();
        return;
      }
      bar.max = told.total || 1;
      bar.value = told.done;
      place.querySelector("[data-done]").textContent = told.done;
      place.querySelector("[data-total]").textContent = told.total;
    } catch {
      // The server is away: it is asked again.
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 500);
}

// A form is checked when a field was changed and left, and from then on as one types in that field. htmx sends it (see
// `checked` in form.html) and puts each fault in its place; nothing is said of fields that nobody has touched.
for (const form of document.querySelectorAll("form[data-checked]")) {
  const fault = (name) => form.querySelector(`#${CSS.escape(`fault-${name}`)}`);
  const names = new Set(Array.from(form.elements, (field) => field.name).filter(Boolean));
  const touched = new Set([...names].filter((name) => fault(name)?.textContent.trim()));
  const ask = () => form.dispatchEvent(new Event("check"));
  form.addEventListener("change", ({ target }) => {
    if (!target.name) return;
    touched.add(target.name);
    ask();
  });
  form.addEventListener("input", ({ target }) => touched.has(target.name) && ask());
  form.addEventListener("htmx:config:request", ({ detail }) => {
    detail.ctx.request.body.set("_touched", [...touched].join(" "));
  });
  form.addEventListener("htmx:before:swap", ({ detail }) => {
    // What stands there already would be read out again; and another form may have a field of the same name.
    const said = ({ fragment, target }) => fragment.textContent.trim() === target.textContent.trim();
    const kept = detail.tasks.filter((task) => form.contains(task.target) && !said(task));
    detail.tasks.splice(0, detail.tasks.length, ...kept);
  });
  form.addEventListener("htmx:after:swap", () => {
    for (const name of touched) {
      const wrong = Boolean(fault(name)?.textContent.trim());
      for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (wrong) field.setAttribute("aria-invalid", "true");
        else field.removeAttribute("aria-invalid");
        field.closest(".field")?.classList.toggle("wrong", wrong);
      }
    }
  });
}

// Who is signed out is asked to sign in by the page that a search leads to; what was typed goes along.
for (const form of document.querySelectorAll("form[data-finds]")) {
  form.addEventListener("htmx:response:error", ({ detail }) => detail.ctx.response.status === 401 && form.submit());
}

// A form that waits while its owner signs in in another tab is sent on once that is done.
const signedIn = globalThis.BroadcastChannel ? new BroadcastChannel("certledger-came-back") : null;
if (signedIn && document.querySelector("[data-came-back]")) signedIn.postMessage("came back");
const waiting = document.querySelector("form[data-goes-on]");
if (signedIn && waiting) signedIn.addEventListener("message", () => waiting.submit(), { once: true });
