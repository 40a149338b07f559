// What the office's pages do beside their forms: passkeys, and telling what is wrong in a field as one leaves it.

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
  for (const name of ["proposal", "change", "credential", "invitation"]) {
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
  });
}

// A form that waits while its owner signs in in another tab is sent on once that is done.
const signedIn = globalThis.BroadcastChannel ? new BroadcastChannel("certledger-came-back") : null;
if (signedIn && document.querySelector("[data-came-back]")) signedIn.postMessage("came back");
const waiting = document.querySelector("form[data-goes-on]");
if (signedIn && waiting) signedIn.addEventListener("message", () => waiting.submit(), { once: true });
