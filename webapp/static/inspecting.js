// Shows the outcome of an inspection or a comparison as soon as there is one. Without it the page asks again by itself, or by its link.
"use strict";

const waiting = document.querySelector("[data-status]");

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(waiting.dataset.status, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected || (await answer.json()).status !== (waiting.dataset.while ?? "inspecting")) location.reload();
  } catch {
    // The box is away for a moment; the next round asks again.
  }
}

setInterval(look, 1000);
