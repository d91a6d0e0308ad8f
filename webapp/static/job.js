// Shows how far a job is, second by second, and loads the page anew when its status has changed. Without it the page
// asks again by itself.
"use strict";

const EVERY_MS = 1000;
const card = document.getElementById("job");
const bar = card.querySelector("progress");
const spoken = document.getElementById("job-spoken");
let tenth = null;

function put(id, words) {
  const element = document.getElementById(id);
  if (element && element.textContent !== words) element.textContent = words;
}

// A screen reader hears of each tenth only; every second would be a torrent.
function speak(now) {
  const reached = Math.floor((10 * now.done) / now.total);
  if (tenth !== null && reached !== tenth) spoken.textContent = [now.progress, now.left].filter(Boolean).join(", ");
  tenth = reached;
}

function show(now) {
  if (now.total) {
    bar.max = now.total;
    bar.value = now.done;
    speak(now);
  }
  document.getElementById("job-sentence").querySelector(".state").lastElementChild.textContent = now.sentence;
  put("job-progress", now.progress);
  put("job-speed", now.speed || "—");
  put("job-wrong", now.wrong || "0");
}

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(card.dataset.now, { headers: { Accept: "application/json" } });
    const now = answer.ok && !answer.redirected ? await answer.json() : null;
    if (now?.status === card.dataset.status) show(now);
    else location.reload();
  } catch {
    // The box is away for a moment; the next round asks again.
  }
}

setInterval(look, EVERY_MS);
