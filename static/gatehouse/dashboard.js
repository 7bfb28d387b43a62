// The dashboard works without this file, but for its charts, whose numbers stand below each as a table.
"use strict";

(() => {
  const POLL_MS = 5000;

  // On a phone the navigation folds away behind a button.
  const button = document.querySelector(".menu-button");
  if (button) {
    const side = document.getElementById("side");
    document.body.classList.add("foldable");
    button.hidden = false;
    const show = (open) => {
      button.setAttribute("aria-expanded", String(open));
      side.classList.toggle("open", open);
    };
    button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && side.classList.contains("open")) {
        show(false);
        button.focus();
      }
    });
  }

  // On a phone a row becomes a card: each cell says the name of its column, and stays a cell to those who listen.
  for (const table of document.querySelectorAll("#result_list, table.rows")) {
    const names = [...table.querySelectorAll("thead th")].map((head) => head.querySelector(".text")?.textContent.trim() ?? head.textContent.trim());
    table.classList.add("stacks");
    table.setAttribute("role", "table");
    table.querySelectorAll("thead, tbody").forEach((group) => group.setAttribute("role", "rowgroup"));
    table.querySelectorAll("tr").forEach((row) => row.setAttribute("role", "row"));
    table.querySelectorAll("thead th").forEach((head) => head.setAttribute("role", "columnheader"));
    for (const row of table.querySelectorAll("tbody tr")) {
      const lead = row.querySelector("th") ?? row.cells[0];
      lead.classList.add("lead");
      [...row.cells].forEach((cell, index) => {
        cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
        if (!cell.classList.contains("action-checkbox")) cell.dataset.label = names[index];
      });
    }
  }

  // What takes seconds to find out comes after the page.
  for (const place of document.querySelectorAll("[data-load]")) {
    fetch(place.dataset.load)
      .then((answer) => (answer.ok && !answer.redirected ? answer.text() : Promise.reject(answer.status)))
      .then((text) => { place.outerHTML = text; })
      .catch(() => {
        place.querySelector(".says").textContent = "No answer. Reload the page to ask again.";
        place.removeAttribute("aria-busy");
      });
  }

  // The set-up guide: each step turns green by itself; what is being read or copied stays where it is.
  const guide = document.querySelector("[data-poll]");
  if (guide) {
    const isDone = (key) => document.getElementById(key).classList.contains("done");
    const ask = async () => {
      if (document.hidden) return;
      const answer = await fetch(guide.dataset.poll).catch(() => null);
      if (!answer || !answer.ok || answer.redirected) return;
      const steps = await answer.json();
      for (const [key, done] of Object.entries(steps)) {
        if (done === isDone(key)) continue;
        const step = document.getElementById(key);
        const state = step.querySelector(".state");
        step.classList.toggle("done", done);
        state.textContent = done ? state.dataset.done : state.dataset.open;
        document.getElementById("announcement").textContent = `${step.querySelector("h2").textContent}`;
      }
      const left = Object.values(steps).filter((done) => !done).length;
      const line = document.querySelector("[data-left]");
      if (String(left) !== line.dataset.left) {
        line.dataset.left = String(left);
        line.textContent = left ? `${left} step${left === 1 ? "" : "s"} left. Each turns green by itself, as soon as it is done.` : "Everything is set up.";
      }
    };
    setInterval(ask, POLL_MS);
    document.addEventListener("visibilitychange", ask);
  }

  // Charts take their colours from the page, and again when the theme changes.
  function colour(name) {
    const probe = document.createElement("span");
    probe.className = `colour-${name}`;
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }

  function draw(canvas) {
    const data = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    const [ink, line] = [colour("ink"), colour("line")];
    const isBar = data.kind === "bar";
    const datasets = data.series.map((series) => ({
      label: series.label, data: series.values, backgroundColor: colour(series.colour), borderColor: colour(series.colour),
      borderWidth: isBar ? 0 : 2, borderRadius: isBar ? 3 : 0, maxBarThickness: 22, pointRadius: 0, pointHitRadius: 12, tension: 0.25,
    }));
    const ticks = { color: ink, maxRotation: 0, autoSkipPadding: 16, precision: 0 };
    return new Chart(canvas, {
      type: data.kind,
      data: { labels: data.days.map((day) => day.slice(5)), datasets },
      options: {
        animation: false, maintainAspectRatio: false, interaction: { mode: "index", intersect: false },
        plugins: { legend: { display: datasets.length > 1, align: "end", labels: { color: ink, boxWidth: 10, boxHeight: 10, useBorderRadius: true, borderRadius: 3 } } },
        scales: {
          x: { stacked: isBar, ticks, grid: { display: false }, border: { color: line } },
          y: { stacked: isBar, beginAtZero: true, ticks: { ...ticks, maxTicksLimit: 5 }, grid: { color: line }, border: { display: false } },
        },
      },
    });
  }

  const canvases = [...document.querySelectorAll("canvas[data-chart]")];
  if (canvases.length) {
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    let charts = canvases.map(draw);
    const again = () => {
      charts.forEach((chart) => chart.destroy());
      charts = canvases.map(draw);
    };
    new MutationObserver(again).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  }
})();
