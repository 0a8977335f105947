// Improves the questionnaire; nothing depends on it. Shows progress, and keeps unsent answers in this tab.
"use strict";
(() => {
  const LIFE = 30 * 60 * 1000;
  const form = document.querySelector("form[data-form]");
  if (!form) { // thanks page: nothing of the answers stays behind
    sessionStorage.clear();
    return;
  }
  const store = form.dataset.form + location.pathname;
  const named = [...form.elements].filter((e) => e.name && e.type !== "hidden");
  const chosen = (e) => (e.type === "radio" || e.type === "checkbox" ? e.checked : e.value.trim() !== "");

  function progress() {
    const names = new Set(named.map((e) => e.name));
    const done = new Set(named.filter(chosen).map((e) => e.name));
    const place = document.querySelector("[data-progress]");
    place.hidden = false;
    place.querySelector("b").textContent = `${done.size}/${names.size}`;
  }
  function keep() {
    const answers = named.filter(chosen).map((e) => [e.name, e.value]);
    sessionStorage.setItem(store, JSON.stringify({ at: Date.now(), answers }));
    progress();
  }
  function restore() {
    const kept = JSON.parse(sessionStorage.getItem(store) || "null");
    if (!kept || Date.now() - kept.at > LIFE || named.some((e) => e.localName !== "select" && chosen(e))) return;
    for (const [name, value] of kept.answers) {
      for (const e of named) {
        if (e.name !== name) continue;
        if (e.type === "radio" || e.type === "checkbox") e.checked ||= e.value === value;
        else e.value = value;
      }
    }
  }
  try {
    restore();
    form.addEventListener("input", keep);
  } catch { /* storage is off: the form works without */ }
  progress();
  document.querySelector("#errors")?.focus();
})();
