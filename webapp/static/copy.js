// Buttons that copy: shown only where they work, so that a page without scripts has no dead button.
"use strict";

function textOf(button) {
  return button.dataset.copy ?? document.getElementById(button.dataset.copyFrom).textContent;
}

// Over plain HTTP a browser offers no clipboard to scripts; the old way still works there.
async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

for (const button of document.querySelectorAll("button.copy")) {
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(textOf(button));
    button.textContent = button.dataset.done;
    button.focus();
    setTimeout(() => { button.textContent = words; }, 2000);
  });
}
