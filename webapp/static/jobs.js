// Keeps the list of jobs up to date while some are under way: it asks for the same page and takes over what has changed.
// Without it the page is as it was when it was opened.
"use strict";

const EVERY_MS = 3000;
const PARTS = ".page-head .lead, .jobs .job-state, .jobs .job-kept";

function links(page) {
  return [...page.querySelectorAll(".jobs th a")].map((link) => link.getAttribute("href")).join();
}

function take(fresh) {
  if (links(fresh) !== links(document)) {
    // Another job has come: rows would stand under a reader's hand that they did not mean.
    if (!document.querySelector(".jobs").contains(document.activeElement)) location.reload();
    return;
  }
  const now = fresh.querySelectorAll(PARTS);
  document.querySelectorAll(PARTS).forEach((part, at) => {
    if (part.innerHTML !== now[at].innerHTML) part.replaceWith(document.adoptNode(now[at]));
  });
  if (!fresh.querySelector("script[src*='jobs']")) clearInterval(looking); // nothing is under way any more
}

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok && !answer.redirected) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The box is away for a moment; the next round asks again.
  }
}

const looking = setInterval(look, EVERY_MS);
