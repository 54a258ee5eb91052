// The key "/" goes to the search; a button in the footer switches it off (WCAG 2.1.4).
const NAME = "stoa-keys";
const fields = document.querySelectorAll("input[type=search][data-search]");
const link = document.querySelector("a[data-search]");
const button = document.querySelector("button[data-keys]");

const isOn = () => { try { return localStorage.getItem(NAME) !== "off"; } catch { return false; } };
const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

function show() {
  const on = isOn();
  for (const key of document.querySelectorAll("[data-search] kbd")) key.hidden = !on;
  button.setAttribute("aria-pressed", String(on));
  button.querySelector("[data-keys-state]").textContent = on ? "on" : "off";
}

function goToSearch(event) {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !isOn()) return;
  event.preventDefault();
  const field = [...fields].reverse().find((one) => one.checkVisibility());
  if (field) field.select();
  else link.click();
}

if (fields.length || link) {
  button.hidden = !matchMedia("(hover: hover)").matches;
  button.addEventListener("click", () => { localStorage.setItem(NAME, isOn() ? "off" : "on"); show(); });
  document.addEventListener("keydown", goToSearch);
  show();
}
