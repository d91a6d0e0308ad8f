// Sends the file of a form[data-upload] in pieces (tus 1.0.0) before the form itself, and goes on by itself after a
// broken connection. Without it, the form posts the file as any form does. All words stand in data- attributes.
//
// In the form: input[type=file], input[type=hidden][name=upload], and [data-sending] (hidden at first) with a progress,
// a [data-told] with role="status", and a button[type=button][data-cancel]; [data-problems] with tabindex="-1". The file
// may be dropped on [data-drop].
"use strict";

const PIECE_BYTES = 8 * 2 ** 20;
const DAY_MS = 24 * 60 * 60 * 1000;
const WAIT_MS_MAX = 30_000;
const TOLD_EVERY_MS = 3_000; // what reads a page aloud would else never come to an end
const PREFIX = "bastide-upload:";
const GONE = [404, 410];
const PASSING = [0, 408, 409, 423, 429, 500, 502, 503, 504];
const PROBLEMS = { 401: "loggedOut", 403: "loggedOut", 413: "tooLarge", 507: "diskFull" };

class Refused extends Error {
  constructor(problem) {
    super(problem);
    this.problem = problem;
  }
}

class Canceled extends Error {}

// What this browser remembers of uploads, so that the same file goes on after the page was loaded anew.
const memory = {
  key: (file) => `${PREFIX}${file.name}:${file.size}:${file.lastModified}`,
  find(file) {
    try {
      return JSON.parse(localStorage.getItem(this.key(file)))?.url ?? null;
    } catch {
      return null; // a browser may forbid it
    }
  },
  keep(file, url) {
    try {
      localStorage.setItem(this.key(file), JSON.stringify({ url, at: Date.now() }));
    } catch {
      // Then a page that is loaded anew begins anew.
    }
  },
  forget(file) {
    try {
      localStorage.removeItem(this.key(file));
      for (const key of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) {
        if (!(JSON.parse(localStorage.getItem(key)).at > Date.now() - DAY_MS)) localStorage.removeItem(key);
      }
    } catch {
      // As above.
    }
  },
};

// One request. Status 0 is a connection that broke.
function ask(sender, method, url, headers, body = null) {
  return new Promise((resolve, reject) => {
    if (sender.isCanceled) {
      reject(new Canceled());
      return;
    }
    const request = new XMLHttpRequest();
    sender.request = request;
    request.open(method, url);
    request.setRequestHeader("Tus-Resumable", "1.0.0");
    request.setRequestHeader("X-CSRFToken", sender.form.elements.csrfmiddlewaretoken.value);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    if (body) request.upload.addEventListener("progress", ({ loaded }) => sender.show(loaded));
    request.addEventListener("load", () => resolve(request));
    request.addEventListener("error", () => resolve(request));
    request.addEventListener("abort", () => (sender.isCanceled ? reject(new Canceled()) : resolve(request)));
    request.send(body);
  });
}

function encoded(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

class Sender {
  constructor(form, file) {
    this.form = form;
    this.file = file;
    this.url = null;
    this.offset = 0;
    this.isCanceled = false;
    this.toldAt = -Infinity;
    this.place = form.querySelector("[data-sending]");
  }

  // Returns the id of the upload once all has arrived.
  async send() {
    this.url = memory.find(this.file);
    this.offset = this.url === null ? 0 : await this.asked();
    this.startedAt = performance.now();
    this.startedFrom = this.offset;
    this.show(0);
    while (this.url === null || this.offset < this.file.size) {
      if (this.url === null) await this.begin();
      else await this.sendPiece();
    }
    return this.url.split("/").pop();
  }

  async begin() {
    const request = await this.patiently(() =>
      ask(this, "POST", this.form.dataset.upload || "/api/v1/uploads", {
        "Upload-Length": String(this.file.size),
        "Upload-Metadata": `filename ${encoded(this.file.name)}`,
      }), [409]);
    this.url = request.getResponseHeader("Location");
    this.offset = 0;
    memory.keep(this.file, this.url);
  }

  async sendPiece() {
    const piece = this.file.slice(this.offset, this.offset + PIECE_BYTES);
    const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(this.offset) };
    const request = await ask(this, "PATCH", this.url, headers, piece);
    if (request.status < 300 && request.status > 0) this.offset = Number(request.getResponseHeader("Upload-Offset"));
    else if (!PASSING.includes(request.status) && !GONE.includes(request.status)) throw refusal(request);
    else {
      const before = this.offset;
      this.offset = await this.asked();
      // A file that cannot be read (any more) looks as a connection that breaks at once, again and again.
      this.stuck = this.offset > before || request.status !== 0 ? 0 : (this.stuck ?? 0) + 1;
      if (this.stuck > 0) await this.wait(this.stuck);
      if (this.stuck > 1) await this.file.slice(this.offset, this.offset + 1).arrayBuffer();
    }
    this.show(0);
  }

  // Returns how much has arrived; begins anew where the box has forgotten the upload.
  async asked() {
    const request = await this.patiently(() => ask(this, "HEAD", this.url, {}), []);
    if (!GONE.includes(request.status)) return Number(request.getResponseHeader("Upload-Offset"));
    memory.forget(this.file);
    this.url = null;
    return 0;
  }

  // Asks until there is an answer: for as long as it takes, for the person may cancel.
  async patiently(asking, final) {
    for (let broken = 1; ; broken += 1) {
      const request = await asking();
      if ((request.status > 0 && request.status < 300) || (GONE.includes(request.status) && this.url)) return request;
      if (!PASSING.includes(request.status) || final.includes(request.status)) throw refusal(request);
      await this.wait(broken);
    }
  }

  wait(broken) {
    const wait = Math.min(500 * 2 ** broken, WAIT_MS_MAX);
    this.tell(this.form.dataset.waiting, { wait: inUnits(wait / 1000, "second") }, true);
    return new Promise((resolve, reject) => {
      const go = () => {
        clearTimeout(timer);
        removeEventListener("online", go);
        if (this.isCanceled) reject(new Canceled());
        else resolve();
      };
      const timer = setTimeout(go, wait);
      addEventListener("online", go);
      this.stopWaiting = go;
    });
  }

  show(loaded) {
    const sent = Math.min(this.offset + loaded, this.file.size);
    const percent = this.file.size ? Math.floor((100 * sent) / this.file.size) : 100;
    this.place.querySelector("progress").value = percent;
    const perSecond = (1000 * (sent - this.startedFrom)) / (performance.now() - this.startedAt);
    const left = perSecond > 0 ? (this.file.size - sent) / perSecond : NaN;
    const words = Number.isFinite(left) ? this.form.dataset.sent : this.form.dataset.begun;
    const facts = { sent: inBytes(sent), total: inBytes(this.file.size), percent: String(percent), left: inTime(left) };
    this.tell(words, facts, false);
  }

  tell(words, facts, isUrgent) {
    const now = performance.now();
    if (!isUrgent && now - this.toldAt < TOLD_EVERY_MS) return;
    this.toldAt = now;
    this.place.querySelector("[data-told]").textContent = filled(words, facts);
  }

  cancel() {
    this.isCanceled = true;
    this.request?.abort();
    this.stopWaiting?.();
    memory.forget(this.file);
    if (this.url === null) return;
    const headers = { "Tus-Resumable": "1.0.0", "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value };
    fetch(this.url, { method: "DELETE", headers, keepalive: true }).catch(() => {}); // else it expires
  }
}

function refusal(request) {
  return new Refused(request.status === 409 ? "tooMany" : PROBLEMS[request.status] ?? "failed");
}

// The language of the page says how numbers and units are written.
function inUnits(number, unit, digits = 0) {
  const form = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits };
  return new Intl.NumberFormat(document.documentElement.lang || "en", form).format(number);
}

function inBytes(bytes) {
  if (bytes >= 1e9) return inUnits(bytes / 1e9, "gigabyte", 2);
  return bytes >= 1e6 ? inUnits(bytes / 1e6, "megabyte", 1) : inUnits(Math.ceil(bytes / 1e3), "kilobyte");
}

function inTime(seconds) {
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 90) return inUnits(Math.max(1, Math.round(seconds)), "second");
  return seconds < 5400 ? inUnits(Math.round(seconds / 60), "minute") : inUnits(seconds / 3600, "hour", 1);
}

function filled(words, facts) {
  return words.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
}

function enhance(form) {
  const input = form.querySelector("input[type=file]");
  const id = form.querySelector("input[type=hidden][name=upload]");
  const place = form.querySelector("[data-sending]");
  const drop = form.querySelector("[data-drop]") ?? form;
  let sender = null;

  function end() {
    sender = null;
    place.hidden = true;
    for (const button of form.querySelectorAll("[type=submit]")) button.disabled = false;
  }

  function showProblem(problem) {
    const note = document.createElement("p");
    note.className = "note note-error";
    note.setAttribute("role", "alert");
    note.textContent = form.dataset[problem] ?? form.dataset.failed;
    const problems = form.querySelector("[data-problems]");
    problems.replaceChildren(note);
    problems.focus();
  }

  async function send(submitter) {
    const buttons = form.querySelectorAll("[type=submit]");
    sender = new Sender(form, input.files[0]);
    place.hidden = false;
    form.querySelector("[data-problems]").replaceChildren();
    for (const button of buttons) button.disabled = true;
    place.querySelector("[data-cancel]").focus();
    try {
      id.value = await sender.send();
      for (const button of buttons) button.disabled = false; // one that is disabled submits nothing
      input.disabled = true; // its file is there already
      form.requestSubmit(submitter);
    } catch (error) {
      end();
      if (error instanceof Canceled) submitter?.focus();
      else showProblem(error instanceof Refused ? error.problem : "failed");
    }
  }

  function take(event) {
    event.preventDefault();
    drop.classList.remove("is-over");
    const { files, items } = event.dataTransfer;
    const isDirectory = [...items].some((item) => item.webkitGetAsEntry?.()?.isDirectory);
    if (sender !== null) return;
    if (isDirectory || files.length !== 1) {
      showProblem("oneFile");
      return;
    }
    input.files = files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  form.addEventListener("submit", (event) => {
    if (id.value !== "" || input.files.length === 0) return; // all has arrived, or the form itself says what is missing
    event.preventDefault();
    if (sender !== null) return;
    if (input.files[0].size > Number(form.dataset.bytesMax || Infinity)) showProblem("tooLarge");
    else send(event.submitter);
  });
  place.querySelector("[data-cancel]").addEventListener("click", () => sender?.cancel());
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("is-over"); });
  drop.addEventListener("dragleave", (event) => { if (!drop.contains(event.relatedTarget)) drop.classList.remove("is-over"); });
  drop.addEventListener("drop", take);
  addEventListener("beforeunload", (event) => { if (sender !== null && id.value === "") event.preventDefault(); });
  // The browser's way back shows the page as it was left.
  addEventListener("pageshow", () => { id.value = ""; input.disabled = false; end(); });
}

for (const form of document.querySelectorAll("form[data-upload]")) enhance(form);
