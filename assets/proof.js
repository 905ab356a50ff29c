/* ALTCHA's proof of work (v2, PBKDF2), done when a form is sent; docs/decisions.md says why this is not its widget.
   The calculating itself is the browser's own (Web Crypto), away from the page's thread. */

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

const solve = async ({ nonce, salt, cost, keyLength, keyPrefix }) => {
  const start = bytes(nonce), password = new Uint8Array(start.length + 4), number = new DataView(password.buffer);
  const rounds = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
  password.set(start);
  for (let counter = 0; ; counter++) {
    number.setUint32(start.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = hex(await crypto.subtle.deriveBits(rounds, key, keyLength * 8));
    if (derivedKey.startsWith(keyPrefix)) return { counter, derivedKey };
  }
};

const proof = async () => {
  const challenge = await (await fetch("/altcha", { cache: "no-store" })).json();
  return btoa(JSON.stringify({ challenge, solution: await solve(challenge.parameters) }));
};

/* A form with a field "altcha" waits for its proof, however long the connection is away; then it is sent. */
let started = false;
export const proving = () => {
  if (started || typeof document === "undefined" || !globalThis.crypto?.subtle) return;
  started = true;
  window.addEventListener("submit", async (event) => {
    const form = event.target, field = form.elements.namedItem("altcha");
    if (!field || field.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    const told = form.querySelector("[data-proving]");
    const slow = setTimeout(() => { told.hidden = false; }, 300);
    while (!field.value && form.isConnected)
      try {
        field.value = await proof();
      } catch {
        await new Promise((later) => setTimeout(later, 1000));
      }
    clearTimeout(slow);
    told.hidden = true;
    form.ariaBusy = "false";
    if (form.isConnected) form.requestSubmit();
    field.value = "";
  }, true);
};
