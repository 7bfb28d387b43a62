// The pages work without this file. It adds the copy buttons, and shows that a decision was pressed.
"use strict";

(() => {
  const SHOWN_MS = 2000;
  const announcement = document.getElementById("announcement");

  // The clipboard needs https or localhost; elsewhere the text is marked, ready for the person's own copy command.
  async function copy(element) {
    const text = element.textContent.trim();
    try {
      await navigator.clipboard.writeText(text);
      return "Copied";
    } catch {
      window.getSelection().selectAllChildren(element);
      return "Marked: press Ctrl+C or ⌘C";
    }
  }

  for (const button of document.querySelectorAll("button[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    const label = button.textContent;
    let timer = 0;
    button.hidden = false;
    button.addEventListener("click", async () => {
      button.textContent = announcement.textContent = await copy(source);
      clearTimeout(timer);
      timer = setTimeout(() => {
        button.textContent = label;
        announcement.textContent = "";
      }, SHOWN_MS);
    });
  }

  // Only a look: the buttons stay live, because pressing twice is harmless and a lost answer must be repeatable.
  const form = document.querySelector("form.decision");
  if (form) {
    form.addEventListener("submit", () => form.classList.add("sent"));
    // Back from the browser's page cache: the form is as good as new.
    window.addEventListener("pageshow", () => form.classList.remove("sent"));
  }
})();
