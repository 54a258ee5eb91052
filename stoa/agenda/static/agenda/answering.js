// Answering without waiting: keys on the focused statement, focus on the next one, and what became of an answer.
// The keys work only while the statement has the focus, and a button switches them off (WCAG 2.1.4).
const NAME = "stoa-answer-keys";
const isOn = () => { try { return localStorage.getItem(NAME) !== "off"; } catch { return false; } };
const place = () => document.querySelector("#answering");
const say = (text) => { const says = place()?.querySelector("[data-answer-says]"); if (says) says.textContent = text; };

function show() {
  const button = place()?.querySelector("[data-answer-keys]");
  const on = isOn();
  for (const key of place()?.querySelectorAll("[data-key] kbd") ?? []) key.hidden = !on;
  if (!button) return;
  button.hidden = !matchMedia("(hover: hover)").matches;
  button.setAttribute("aria-pressed", String(on));
  button.querySelector("[data-keys-state]").textContent = on ? "on" : "off";
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !isOn()) return;
  if (!event.target.matches("[data-statement]")) return;
  const button = place().querySelector(`[data-key="${event.key.toLowerCase()}"]`);
  if (button) { event.preventDefault(); button.click(); }
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-answer-keys]")) return;
  localStorage.setItem(NAME, isOn() ? "off" : "on");
  show();
});

// Not before it settled: until then a pressed button would send the form past htmx and load the page anew.
document.addEventListener("htmx:afterSettle", () => {
  show();
  place()?.querySelector("[data-statement]")?.focus({ preventScroll: true });
});

for (const fault of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(fault, () => say("Not saved. Check your connection and press again; if the discussion has ended, load the page anew."));
}

show();
