// Makes the form that publishes more pleasant: files may be dropped, columns are offered, progress is shown.
"use strict";

const form = document.getElementById("publish");
const drop = document.getElementById("drop");
const sending = document.getElementById("sending");
const artifact = form.elements.artifact;
const reference = form.elements.reference;
const HEAD_BYTES = 65536;
const TABLE = /\.(csv|tsv|txt|parquet|pq)$/i;

function give(input, file) {
  const box = new DataTransfer();
  box.items.add(file);
  input.files = box.files;
  input.dispatchEvent(new Event("change"));
}

function take(files) {
  for (const file of files) give(TABLE.test(file.name) ? reference : artifact, file);
}

// The first line of a CSV file, read as one: quoted names, and whichever separator parts the most of them.
function columnsOf(text) {
  const line = text.replace(/^\uFEFF/, "").split(/\r?\n/, 1)[0];
  const split = (mark) => line.match(new RegExp(`("([^"]|"")*"|[^${mark}])+`, "g")) ?? [];
  const names = [",", ";", "\t"].map(split).sort((a, b) => b.length - a.length)[0];
  return names.map((name) => name.trim().replace(/^"(.*)"$/, "$1").replaceAll('""', '"')).filter(Boolean);
}

async function offerColumns() {
  const file = reference.files[0];
  const offered = document.getElementById("columns");
  offered.replaceChildren();
  if (!file || /\.(parquet|pq)$/i.test(file.name)) return;
  const names = columnsOf(await file.slice(0, HEAD_BYTES).text());
  offered.replaceChildren(...names.map((name) => new Option(name, name)));
}

function tell(words) {
  sending.querySelector("p").textContent = words;
}

function showProblem(words) {
  const note = document.createElement("p");
  note.className = "note note-error";
  note.setAttribute("role", "alert");
  note.textContent = words;
  showProblems([note]);
}

function showProblems(nodes) {
  const place = document.getElementById("problems");
  place.replaceChildren(...nodes);
  place.focus();
  sending.hidden = true;
  form.querySelector("[type=submit]").disabled = false;
}

function finish(request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const problems = page.getElementById("problems");
  if (request.status < 400 && request.responseURL) location.assign(request.responseURL);
  else if (problems) showProblems([...problems.children]);
  else showProblem(page.querySelector("main")?.innerText.trim() ?? form.dataset.lost);
}

function send(event) {
  event.preventDefault();
  const size = [artifact, reference].reduce((sum, input) => sum + (input.files[0]?.size ?? 0), 0);
  if (size > Number(form.dataset.bytesMax)) {
    showProblem(form.dataset.tooLarge);
    return;
  }
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    const percent = Math.floor((100 * loaded) / total);
    sending.querySelector("progress").value = percent;
    tell(percent < 100 ? `${form.dataset.sending} ${percent} %` : form.dataset.received);
  });
  request.addEventListener("load", () => finish(request));
  request.addEventListener("error", () => showProblem(form.dataset.lost));
  sending.hidden = false;
  form.querySelector("[type=submit]").disabled = true;
  request.send(new FormData(form));
}

drop.querySelector(".drop-hint").hidden = false;
drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("is-over"); });
drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("is-over");
  take(event.dataTransfer.files);
});
reference.addEventListener("change", offerColumns);
form.addEventListener("submit", send);
