/* What only the browser can do: leave at once, warn before typing is lost, part thousands, count characters, show an
   upload's progress and its failure. Everything else is Python (docs/decisions.md). */

const byId = (id) => document.getElementById(id);

/* Leave: nothing of this tab stays behind, and Back does not come here. */
export const leaveNow = (url) => {
  asks = false;
  document.documentElement.style.display = "none";
  sessionStorage.clear();
  addEventListener("pagehide", () => sessionStorage.clear()); // the router notes down how far each page was scrolled
  location.replace(url);
};

/* A page left by a plain link waits in the memory of Safari and Firefox, and Back would show it as it stood, after
   Keluar Cepat and after signing out too. It goes hidden, and comes back by loading anew; where the tab has been
   emptied meanwhile, what it still writes down until then goes as well. */
let token;
if (typeof window !== "undefined") {
  addEventListener("pagehide", ({ persisted }) => {
    token = sessionStorage.getItem("token");
    if (persisted) document.documentElement.style.display = "none";
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    asks = false;
    if (sessionStorage.getItem("token") !== token) addEventListener("pagehide", () => sessionStorage.clear());
    location.reload();
  });
}

/* Send the form with another intention than "next"; nothing has to be proven for that. */
export const submitAs = (go) => {
  const form = byId("form"), { go: intention, altcha } = form.elements;
  intention.value = go;
  if (altcha) altcha.value = "-";
  form.requestSubmit();
  intention.value = "next";
  if (altcha) altcha.value = "";
};

/* What became of it is said beside the button: without the clipboard, the reporter has to write it down. */
export const copyText = async (words) => {
  let copied = true;
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    copied = false;
  }
  byId("copied").hidden = !copied;
  byId("copy-failed").hidden = copied;
};

export const focusOn = (id) => byId(id)?.focus();
export const printPage = () => window.print();
export const openDialog = (id) => byId(id)?.showModal();
export const closeDialog = (id) => byId(id)?.close();

/* Go to a control: what is folded up opens, a choice is made. */
export const goTo = (id) => {
  const at = byId(id);
  if ("open" in at) at.open = true;
  if (at.type === "radio") at.checked = true;
  (at.form?.querySelector("textarea") ?? at.querySelector("summary") ?? at).focus();
};

/* A report that lies open for so many seconds without anybody there closes; while somebody is, it stays open. Its form
   tells the server, so that what is typed in it is not lost. */
let lively = 0, watch;
export const staying = (seconds) => {
  let told = lively = Date.now();
  clearInterval(watch);
  watch = setInterval(() => {
    const now = Date.now(), wasDirty = dirty;
    if (!document.querySelector("[data-staying]")) clearInterval(watch);
    else if (now - lively > seconds * 1000) {
      clearInterval(watch);
      submitAs("end");
    } else if (lively > told && now - told > seconds * 300) {
      told = now;
      submitAs("stay");
      dirty = wasDirty;
    }
  }, 5000);
};

/* Of an upload: no event to the server while it runs. */
export const uploading = (at) => {
  const percent = Math.round(at.progress * 100);
  byId("upload-running").hidden = percent >= 100;
  byId("upload-bar").value = percent;
  byId("upload-percent").textContent = `${percent}%`;
};

/* "Rp 1.000.000,00" is a million: what stands behind a comma at the end is no more thousands. */
const thousands = (control) => {
  const right = control.value.length - control.selectionEnd;
  const [, whole, cents = ""] = control.value.match(/^(.*?\d[^\d,]*)?(,\d{0,2})?$/) ?? [, control.value];
  const digits = (whole ?? "").replace(/[^\d]/g, "").replace(/^0+(?=\d)/, "");
  control.value = digits.replace(/\B(?=(\d{3})+$)/g, ".") + (digits && cents);
  const caret = Math.max(control.value.length - right, 0);
  control.setSelectionRange(caret, caret);
};

const count = (control) => {
  const place = byId(`${control.id}-count`);
  if (place) place.textContent = control.value.length.toLocaleString(document.documentElement.lang);
};

/* A step that is left inside the site, by Back or by a link, and opened again still shows what was typed and not yet
   sent. It is kept in this script alone: neither the tab's storage nor a reload knows it. */
const typed = new Map(), page = () => location.pathname.replace(/\/$/, "");
const asked = (form) => [...form.elements].filter(({ name, type }) => name && type !== "hidden");
const keepTyped = (form) =>
  typed.set(page(), asked(form).map(({ name, type, value, checked }) => ({ name, type, value, checked })));
export const forgetTyped = () => typed.clear();
export const showTyped = () => {
  for (const control of asked(byId("form"))) {
    const was = typed.get(page())?.find(({ name, type, value }) =>
      name === control.name && (type !== "radio" || value === control.value));
    if (!was) continue;
    if (/radio|checkbox/.test(was.type)) control.checked = was.checked;
    else control.value = was.value;
    if ("counted" in control.dataset) count(control);
  }
};

/* Typed and not yet sent, or a receipt not yet saved: ask before the tab forgets it. */
let asks = true, dirty = false, started = false;
export const listening = () => {
  if (started || typeof document === "undefined") return;
  started = true;
  document.addEventListener("input", ({ target }) => {
    if (target.form?.id !== "form") return;
    dirty = true;
    if ("thousands" in target.dataset) thousands(target);
    if ("counted" in target.dataset) count(target);
    if (page().includes("/lapor/")) keepTyped(target.form);
  });
  document.addEventListener("submit", ({ target }) => {
    dirty = false;
    if (target.id === "form") typed.delete(page());
  });
  document.addEventListener("click", (event) => {
    const { lang } = event.target.closest?.("a.lang") ?? {};
    if (!lang || !dirty || !page().includes("/lapor/") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault(); // what is half typed goes along into the other language
    submitAs(document.documentElement.lang = lang);
  });
  for (const sign of ["input", "keydown", "pointerdown", "scroll"])
    document.addEventListener(sign, () => { lively = Date.now(); }, { capture: true, passive: true });
  window.addEventListener("beforeunload", (event) => {
    if (!asks || (!dirty && !document.querySelector('[data-unsaved="true"]'))) return;
    event.preventDefault();
    event.returnValue = true; // what Chromium before 119 asks for
  });
  const { send } = XMLHttpRequest.prototype; // what Reflex uploads by, and nobody else sends
  XMLHttpRequest.prototype.send = function (body) {
    this.addEventListener("loadend", () => {
      if (!byId("upload-broken")) return;
      byId("upload-running").hidden = true;
      byId("upload-broken").hidden = this.status >= 200 && this.status < 300;
    });
    send.call(this, body);
  };
};
