/* What only the browser can do on staff pages: the list by keyboard without an event for each key, filters that close by
   Escape or a press elsewhere, one box that ticks them all. Everything else is Python (docs/decisions.md). */

const KEPT = "wbs-keys"; // "off" when somebody does not want letters alone to do anything
const list = () => document.getElementById("daftar");
const sheet = () => document.getElementById("pintasan");
const tickets = () => [...(list()?.querySelectorAll("a.code") ?? [])];
const current = () => document.activeElement?.closest?.("#daftar tbody tr");

const step = (by) => {
  const all = tickets();
  const at = all.indexOf(current()?.querySelector("a.code"));
  all[Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
};

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  x: () => current()?.querySelector(".pick input")?.click(),
  "/": () => document.querySelector('input[name="tiket"]')?.focus(),
  "?": () => sheet()?.showModal(),
};

/* Closes what a press elsewhere or Escape leaves; tells one of them. */
const closeFilters = (stays) => {
  const left = [...document.querySelectorAll("details.filter[open]:not(.more-filters)")].filter((one) => !stays(one));
  for (const one of left) one.open = false;
  return left[0];
};

const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog");

let started = false;
export const deskKeys = () => {
  if (started || typeof document === "undefined") return;
  started = true;
  document.addEventListener("keydown", (event) => {
    const act = Object.hasOwn(KEYS, event.key) && KEYS[event.key];
    if (!act || !sheet() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (localStorage.getItem(KEPT) === "off") return;
    event.preventDefault();
    act();
  });
  document.addEventListener("click", ({ target }) => closeFilters((one) => one.contains(target)));
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") closeFilters(() => false)?.querySelector("summary").focus();
  });
  document.addEventListener("change", ({ target }) => {
    if (target.id === "keys-on") target.checked ? localStorage.removeItem(KEPT) : localStorage.setItem(KEPT, "off");
    if (target.dataset.all)
      for (const box of target.form.querySelectorAll(`input[name="${target.dataset.all}"]`)) box.checked = target.checked;
  });
  document.addEventListener("focusin", ({ target }) => {
    if (sheet()?.contains(target)) document.getElementById("keys-on").checked = localStorage.getItem(KEPT) !== "off";
  });
};
