// A form with data-keep="<a name of its own>" keeps what is typed on this device until it is saved, so that a line that is
// down, or a battery, loses nothing. Each address keeps its own: what stood in the fields when they came or were last saved
// (`was`), and what was typed since (`typed`). Back there, a field that still stands as it came gets what was typed; where
// something else was saved meanwhile, both are shown and whoever typed it chooses. What was typed is forgotten only once it
// was saved from its own address, or seen beside what was saved: a save of another page says nothing of it.
const PREFIX = "stoa-keep:";
const NOTHING = ["\u0000"]; // what no field holds
const read = (key) => (localStorage[key] ? JSON.parse(localStorage[key]) : null);
const same = (one, other) => one.length === other.length && one.every((text, place) => text.trim() === other[place].trim());

function controls(form) {
  return [...form.elements].filter((one) => one.name && one.type !== "hidden" && one.type !== "file" && one.type !== "submit");
}

function values(form) {
  const fields = {};
  for (const control of controls(form)) fields[control.name] = [];
  for (const [name, value] of new FormData(form)) if (name in fields) fields[name].push(value);
  return fields;
}

// As the page came, whatever was typed before this script did.
function asItCame(form) {
  const copy = form.cloneNode(true);
  copy.reset();
  return values(copy);
}

function fill(form, fields) {
  for (const control of controls(form)) {
    const given = fields[control.name];
    if (!given) continue;
    if (control.type === "radio" || control.type === "checkbox") control.checked = given.includes(control.value);
    else control.value = given[0];
  }
  form.dispatchEvent(new Event("input"));
}

function inWords(form, name, given) {
  const own = controls(form).filter((one) => one.name === name);
  const told = (value) => {
    const box = own.find((one) => (one.type === "radio" || one.type === "checkbox") && one.value === value);
    const option = own[0].options && [...own[0].options].find((one) => one.value === value);
    return box?.labels[0]?.textContent.trim() ?? option?.textContent.trim() ?? value;
  };
  return given.map(told).join(", ") || "–";
}

function title(form, name) {
  const control = controls(form).find((one) => one.name === name);
  return (control.closest("fieldset")?.querySelector("legend") ?? control.labels[0])?.textContent.trim() ?? name;
}

function offer(form, fields, settled) {
  const beside = form.querySelector("[data-kept-beside]");
  const list = beside.querySelector("dl");
  for (const [name, given] of Object.entries(fields)) {
    for (const [tag, text] of [["dt", title(form, name)], ["dd", inWords(form, name, given)]]) {
      const part = document.createElement(tag);
      part.textContent = text;
      list.append(part);
    }
  }
  const answer = (deed) => () => { beside.hidden = true; settled(); deed(); };
  beside.querySelector("[data-kept-take]").addEventListener("click", answer(() => fill(form, fields)));
  beside.querySelector("[data-kept-drop]").addEventListener("click", answer(() => {}));
  beside.hidden = false;
}

function tend(form) {
  const key = `${PREFIX}${form.dataset.keep}:${location.pathname}`;
  const kept = read(key);
  const refused = "refused" in form.dataset; // it came back with what was typed: nothing of that is saved
  let was = refused && kept ? kept.was : asItCame(form);
  let offered = {}; // what was typed before and is neither put in nor left out yet
  let saving = was;

  const keep = (sent = false) => {
    const typed = { ...values(form), ...offered };
    const from = { ...was };
    for (const name of Object.keys(offered)) delete from[name]; // stands as it came nowhere: it is offered again
    const changed = Object.keys(typed).some((name) => !same(typed[name], from[name] ?? NOTHING));
    if (changed) localStorage[key] = JSON.stringify({ was: from, typed, sent });
    else delete localStorage[key];
  };
  form.addEventListener("input", () => keep());
  form.addEventListener("submit", () => keep(true));
  form.addEventListener("saving", () => { saving = values(form); });
  form.addEventListener("saved", () => { was = saving; keep(); });
  addEventListener("pageshow", () => keep());
  if (!kept || refused) return;

  const back = {};
  for (const [name, given] of Object.entries(kept.typed)) {
    const from = kept.was[name] ?? NOTHING;
    if (!(name in was) || same(given, was[name]) || same(given, from)) continue;
    (same(was[name], from) ? back : offered)[name] = given;
  }
  if (Object.keys(offered).length) offer(form, offered, () => { offered = {}; keep(); });
  if (Object.keys(back).length) {
    const says = form.querySelector("[data-kept]");
    if (says) says.hidden = false;
    fill(form, back);
  }
}

// A form that was sent and led on to this page was saved: a refused one comes back itself.
function forgetSent() {
  if (!document.referrer) return;
  const before = new URL(document.referrer);
  if (before.origin !== location.origin || before.pathname === location.pathname) return;
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && key.endsWith(`:${before.pathname}`) && read(key).sent) delete localStorage[key];
  }
}

forgetSent();
document.querySelectorAll("form[data-keep]").forEach(tend);
