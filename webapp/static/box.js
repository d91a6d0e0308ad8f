// Keeps the figures of the box page fresh. The page is complete without it.
"use strict";

const EVERY_MS = 3000;
const page = document.getElementById("box");
const SIGNS = { good: "M4.6 8.2 7 10.6l4.4-5", warning: "M8 4.2v4.6M8 11.3v.6", bad: "m5.3 5.3 5.4 5.4m0-5.4-5.4 5.4", unknown: "M5 8h6" };

function showState(element, state, words) {
  const sign = element.querySelector(".state");
  const text = sign.lastElementChild;
  if (text.textContent !== words) text.textContent = words;
  sign.className = `state state-${state}`;
  sign.querySelector("path").setAttribute("d", SIGNS[state]);
}

function show(now) {
  showState(document.getElementById("box-sentence"), now.state, now.sentence);
  for (const service of now.services) {
    showState(document.getElementById(`service-${service.id}`), service.state, service.words);
  }
  for (const meter of now.meters) {
    const row = document.getElementById(`meter-${meter.id}`);
    row.querySelector(".bar-fill").setAttribute("width", meter.width);
    row.querySelector(".meter-words").textContent = meter.words;
    row.querySelector(".meter-detail").textContent = meter.detail;
  }
}

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(page.dataset.now, { headers: { Accept: "application/json" } });
    if (answer.ok && !answer.redirected) show(await answer.json());
  } catch {
    // The box is away for a moment; the next round asks again.
  }
}

setInterval(refresh, EVERY_MS);
