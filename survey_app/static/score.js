// Saves each criterion while one types and shows what the entries are worth; nothing depends on it, every
// criterion is a form of its own. What the server does not have yet is kept on this machine until it does.
"use strict";
(() => {
  const TYPING = 400, PAUSE = 2500, RETRY = 15000, LIFE = 7 * 24 * 3600 * 1000;
  const LOST = "Chưa lưu được, sẽ thử lại. Nội dung vẫn được giữ trên máy này.";
  const ENDED = "Phiên làm việc đã hết nên chưa lưu được. Đăng nhập lại rồi mở lại trang này: nội dung vẫn được giữ trên máy này.";
  const OWN = ["csrf_token", "edition"];
  const leaves = document.querySelector(".leaves");
  const forms = [...document.querySelectorAll("form[data-leaf]")];
  const states = new Map();

  const name = (form) => `score.${leaves.dataset.account}.${leaves.dataset.assessment}.${form.dataset.leaf}`;
  const typed = (form) => [...new FormData(form)].filter(([field]) => !OWN.includes(field));
  const text = (form) => JSON.stringify(typed(form));
  const outs = (form, part) => form.closest("article").querySelectorAll(`[data-out="${part}"]`);
  const out = (form, part) => outs(form, part)[0];

  function say(form, words) {
    out(form, "state").textContent = words;
  }
  function keep(form) {
    const draft = { at: Date.now(), edition: form.elements.edition.value, fields: typed(form) };
    try { localStorage.setItem(name(form), JSON.stringify(draft)); } catch { /* storage is off: saving works without */ }
  }
  function forget(form) {
    try { localStorage.removeItem(name(form)); } catch { /* as above */ }
  }
  function show(form, facts) {
    for (const part of ["points", "said", "fault", "lacks"]) {
      const words = facts[part] || "";
      for (const place of outs(form, part)) {
        place.textContent = part === "lacks" ? words.charAt(0).toUpperCase() + words.slice(1) : words;
        if (part === "fault" || part === "lacks") place.hidden = !words;
      }
    }
  }
  function problems(form, list) {
    const place = form.querySelector("[data-problems]");
    place.replaceChildren(...(list || []).map((words) => {
      const line = document.createElement("p");
      line.className = "error";
      line.textContent = words;
      return line;
    }));
  }
  function post(url, form) {
    const body = new URLSearchParams(new FormData(form));
    return fetch(url, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
  }
  async function facts(response) {
    const type = response.headers.get("content-type") || "";
    return type.startsWith("application/json") ? response.json() : null;
  }

  function lost(form) {
    const state = states.get(form);
    say(form, LOST);
    clearTimeout(state.pause);
    state.pause = setTimeout(() => save(form), RETRY);
  }
  function saved(form, found, sent) {
    form.elements.edition.value = found.edition;
    problems(form, []);
    if (text(form) !== sent) { // typed on meanwhile
      keep(form);
      later(form);
      return;
    }
    const time = new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
    states.get(form).dirty = false;
    forget(form);
    show(form, found);
    say(form, `Đã lưu lúc ${time}`);
  }
  function conflict(form, found) {
    const box = form.querySelector("[data-conflict]");
    form.elements.edition.value = found.edition;
    states.get(form).blocked = true;
    box.innerHTML = found.conflict; // made by our own template, escaped there
    say(form, "Chưa lưu: hãy chọn một trong hai bản.");
    keep(form);
    box.firstElementChild.focus();
  }
  async function save(form) {
    const state = states.get(form);
    clearTimeout(state.pause);
    if (!state.dirty || state.blocked) return;
    if (state.saving) {
      state.again = true;
      return;
    }
    state.saving = true;
    const sent = text(form);
    say(form, "Đang lưu …");
    try {
      const response = await post(form.action, form);
      const found = await facts(response);
      if (response.ok && found) saved(form, found, sent);
      else if (found && found.conflict) conflict(form, found);
      else if (found && response.status < 500) {
        problems(form, found.problems);
        say(form, "Chưa lưu được.");
      } else if (response.status >= 500) lost(form);
      else say(form, ENDED);
    } catch {
      lost(form);
    }
    state.saving = false;
    if (state.again) {
      state.again = false;
      save(form);
    }
  }
  function later(form) {
    const state = states.get(form);
    clearTimeout(state.pause);
    state.pause = setTimeout(() => save(form), PAUSE);
  }
  async function worth(form) {
    const state = states.get(form), turn = ++state.turn;
    try {
      const response = await post(form.dataset.points, form);
      const found = response.ok ? await facts(response) : null;
      if (found && turn === state.turn) show(form, found);
    } catch { /* without a connection the points wait */ }
  }
  function changed(form) {
    const state = states.get(form);
    state.dirty = true;
    keep(form);
    say(form, "Chưa lưu");
    clearTimeout(state.typing);
    state.typing = setTimeout(() => worth(form), TYPING);
    later(form);
  }

  function restore(form) {
    const draft = JSON.parse(localStorage.getItem(name(form)) || "null");
    if (!draft) return;
    form.closest("details").open = true;
    const values = new Map();
    for (const [field, value] of draft.fields) values.set(field, [...(values.get(field) || []), value]);
    for (const field of form.elements) {
      if (!field.name || OWN.includes(field.name) || field.localName === "button") continue;
      const kept = values.get(field.name) || [];
      if (field.type === "radio" || field.type === "checkbox") field.checked = kept.includes(field.value);
      else field.value = kept[0] ?? "";
    }
    form.elements.edition.value = draft.edition; // what it was made from: what others stored since is found
    states.get(form).dirty = true;
    save(form);
  }
  function tidy() {
    for (const each of Object.keys(localStorage)) {
      if (each.startsWith("score.") && Date.now() - JSON.parse(localStorage.getItem(each)).at > LIFE) localStorage.removeItem(each);
    }
  }

  for (const form of forms) {
    states.set(form, { dirty: false, saving: false, again: false, blocked: false, turn: 0 });
    form.addEventListener("input", () => changed(form));
    form.addEventListener("focusout", (event) => {
      if (!form.contains(event.relatedTarget)) save(form);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const state = states.get(form);
      if (state.blocked && event.submitter?.name !== "keep") return;
      state.blocked = false;
      state.dirty = true;
      form.querySelector("[data-conflict]").replaceChildren();
      save(form);
    });
    form.addEventListener("click", (event) => {
      if (!event.target.closest("[data-take]")) return;
      event.preventDefault();
      forget(form);
      location.reload();
    });
  }
  function reveal() {
    const article = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (article) article.querySelector("details").open = true;
  }
  addEventListener("hashchange", reveal);
  reveal();
  addEventListener("online", () => forms.forEach(save));
  try {
    tidy();
    forms.forEach(restore);
  } catch { /* storage is off, or holds something odd */ }
})();
