/**
 * The bulk check on its page: how far upload and checks are, a way to stop, and a filter. The rows are those that the
 * server writes for everybody, taken out of its answer as it comes; without this script the browser shows that answer.
 */
const ROWS = "<!--rows-->";
const ROW_END = "</tr>\n";

const form = document.querySelector("form.bulk");
const said = form.dataset;
form.addEventListener("submit", (event) => {
  if (new FormData(form).get("answer") !== "page") return; // a download: the browser's own work
  event.preventDefault();
  send(new FormData(form));
});

function send(data) {
  const request = new XMLHttpRequest();
  const going = progress(() => request.abort());
  const answer = reader(going);
  form.querySelector("button").disabled = true;
  form.parentElement.querySelector(".going")?.remove();
  form.after(going.element);
  going.element.scrollIntoView({ block: "nearest" });
  request.upload.addEventListener("progress", ({ loaded, total }) => going.show(said.uploading, loaded, total));
  request.addEventListener("progress", () => request.status === 200 && answer.take(request.responseText));
  request.addEventListener("load", () => (request.status === 200 ? answer.end(request.responseText) : refused(request)));
  request.addEventListener("error", () => going.stop(said.broken));
  request.addEventListener("abort", () => going.stop(said.cancelled));
  request.addEventListener("loadend", () => { form.querySelector("button").disabled = false; });
  request.open("POST", form.action);
  request.send(data);
}

/** The bar, what it says, and the button that stops everything. What it says is told once a second at most. */
function progress(cancel) {
  const element = document.createElement("div");
  const bar = document.createElement("progress");
  const line = document.createElement("p");
  const button = document.createElement("button");
  element.className = "going";
  bar.setAttribute("aria-label", said.bar);
  line.setAttribute("role", "status");
  button.type = "button";
  button.textContent = said.cancel;
  button.addEventListener("click", cancel);
  element.append(bar, line, button);
  let told = 0;
  return {
    element,
    show(text, done, all) {
      bar.max = all || 1;
      bar.value = done;
      if (Date.now() - told < 1000 && done < all) return;
      told = Date.now();
      line.textContent = text.replace("{done}", done).replace("{all}", all);
    },
    stop(text) {
      bar.remove();
      button.remove();
      element.dataset.ended = "";
      line.textContent = text;
    },
  };
}

/** Takes the server's page apart as it comes: its head once, each row when it is whole, the summary at the end. */
function reader(going) {
  let read = 0;
  let body;
  let all = 0;
  let done = 0;

  function take(text) {
    if (!body) {
      const at = text.indexOf(ROWS);
      if (at < 0) return;
      const head = parsed(text.slice(0, at));
      all = Number(head.querySelector("#bulk").dataset.items);
      body = head.querySelector(".results tbody");
      document.querySelector("#result").replaceChildren(...head.querySelectorAll("#result > *"));
      document.querySelector("#until-summary").remove();
      document.querySelector("#bulk").append(going.element);
      document.querySelector("#bulk h1").focus();
      read = at + ROWS.length;
    }
    const end = text.lastIndexOf(ROW_END) + ROW_END.length;
    if (end <= read) return;
    const rows = parsed(`<table><tbody>${text.slice(read, end)}</tbody></table>`).querySelectorAll("tr");
    body.append(...rows);
    done += rows.length;
    read = end;
    going.show(said.progress, done, all);
  }

  function finish(text) {
    take(text);
    const summary = parsed(text.slice(read)).querySelector("#summary");
    if (!body || !summary || Number(summary.dataset.items) !== done) return going.stop(said.broken);
    going.element.remove();
    document.querySelector("#bulk").after(summary);
    filter(summary.querySelector(".counts"), body);
    summary.querySelector("h2").focus();
  }

  return { take, end: finish };
}

/** Each count becomes a button that leaves the rows of its state alone to be seen. */
function filter(counts, body) {
  const buttons = [];
  const choose = (state, pressed) => {
    for (const row of body.rows) row.hidden = Boolean(state) && row.dataset.state !== state;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button === pressed));
  };
  const turn = (item, state) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...item.childNodes);
    button.addEventListener("click", () => choose(state, button));
    item.append(button);
    buttons.push(button);
  };
  const every = document.createElement("li");
  every.append(`${counts.dataset.all} `, Object.assign(document.createElement("strong"), { textContent: body.rows.length }));
  counts.prepend(every);
  for (const item of counts.children) turn(item, item.dataset.state);
  counts.setAttribute("aria-label", counts.dataset.filter);
  choose("", buttons[0]);
}

/** A refusal is a page of its own: its message comes before the form. */
function refused(request) {
  document.querySelector(".going")?.remove();
  document.querySelector("#result > .state")?.remove();
  const message = parsed(request.responseText).querySelector(".state, .plain");
  document.querySelector("#result").prepend(message);
  message.setAttribute("role", "alert");
  message.scrollIntoView();
}

/** What DOMParser makes of markup runs no script. It comes from this server, which escapes whatever was uploaded. */
const parsed = (markup) => new DOMParser().parseFromString(markup, "text/html");
