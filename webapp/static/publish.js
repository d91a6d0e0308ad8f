// Makes the form that publishes more pleasant: files may be dropped, columns are offered, progress is shown.
"use strict";

const form = document.getElementById("publish");
const drop = document.getElementById("drop");
const sending = document.getElementById("sending");
const artifact = form.elements.artifact;
const reference = form.elements.reference;
const target = form.elements.target;
const HEAD_BYTES = 65536;
const TABLE = /\.(csv|tsv|txt|parquet|pq)$/i;

function give(input, file) {
  const box = new DataTransfer();
  box.items.add(file);
  input.files = box.files;
  input.dispatchEvent(new Event("change"));
}

// A directory comes as a file that cannot be read, and of two models the browser would take the last.
function take({ files, items }) {
  const isDirectory = [...items].some((item) => item.webkitGetAsEntry?.()?.isDirectory);
  const tables = [...files].filter((file) => TABLE.test(file.name));
  const models = [...files].filter((file) => !TABLE.test(file.name));
  if (isDirectory || tables.length > 1 || models.length > 1) {
    showProblem(form.dataset.tooMany);
    return;
  }
  document.getElementById("problems").replaceChildren();
  for (const file of tables) give(reference, file);
  for (const file of models) give(artifact, file);
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
  const isText = file && !/\.(parquet|pq)$/i.test(file.name);
  const names = isText ? columnsOf(await file.slice(0, HEAD_BYTES).text()) : [];
  offered.replaceChildren(...names.map((name) => new Option(name, name)));
  checkTarget();
}

// Tells at once what the box would find out only later; a notice and no refusal, for the file was read in haste.
function checkTarget() {
  const names = [...document.getElementById("columns").options].map((option) => option.value);
  const notice = target.parentElement.querySelector(".field-notice") ?? document.createElement("p");
  const isMissing = names.length > 0 && target.value !== "" && !names.includes(target.value);
  notice.className = "field-notice";
  notice.setAttribute("role", "status");
  notice.textContent = isMissing ? form.dataset.noColumn : "";
  if (isMissing) target.after(notice);
  else notice.remove();
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

// Puts beside each field what the answer says of it.
function markFields(page) {
  for (const theirs of page.querySelectorAll("#publish .form-control")) {
    const ours = form.elements[theirs.name];
    const problems = theirs.parentElement.querySelectorAll(".field-problem");
    for (const old of ours.parentElement.querySelectorAll(".field-problem")) old.remove();
    ours.after(...problems);
    ours.setAttribute("aria-invalid", String(problems.length > 0));
  }
}

function finish(request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const problems = page.getElementById("problems");
  if (request.status < 400 && request.responseURL) location.assign(request.responseURL);
  else if (problems) {
    showProblems([...problems.children]);
    markFields(page);
  } else showProblem(page.querySelector("main")?.innerText.trim() ?? form.dataset.lost);
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
// Anywhere on the page: beside the card the browser would leave the page and show the file.
document.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("is-over"); });
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("is-over"); });
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("is-over");
  take(event.dataTransfer);
});
reference.addEventListener("change", offerColumns);
target.addEventListener("change", checkTarget);
form.addEventListener("submit", send);
