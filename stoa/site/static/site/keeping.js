// A form with data-keep="<a name of its own>" and a field `version` keeps what is typed on this device until it is saved, so
// that a line that is down, or a battery, loses nothing. What was typed on the version that the page still shows comes back;
// what is older was saved since, and is forgotten.
const PREFIX = "stoa-keep:";

function fill(form, fields) {
  for (const control of form.elements) {
    if (!(control.name in fields) || control.type === "hidden" || control.type === "file") continue;
    const values = fields[control.name];
    if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
    else control.value = values[0];
  }
}

function typed(form) {
  const fields = {};
  for (const control of form.elements) if (control.name && control.type !== "hidden" && control.type !== "file") fields[control.name] ??= [];
  for (const [name, value] of new FormData(form)) if (name in fields) fields[name].push(value);
  return fields;
}

function forgetOlder(name, version) {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(`${PREFIX}${name}:`) && JSON.parse(localStorage[key]).version < version) delete localStorage[key];
  }
}

function tend(form) {
  const key = `${PREFIX}${form.dataset.keep}:${location.pathname}`;
  const version = () => Number(form.elements.version.value);
  forgetOlder(form.dataset.keep, version());
  const kept = localStorage[key] && JSON.parse(localStorage[key]);
  form.addEventListener("input", () => { localStorage[key] = JSON.stringify({ version: version(), fields: typed(form) }); });
  if (!kept || form.querySelector("[aria-invalid]")) return;
  fill(form, kept.fields);
  const says = form.querySelector("[data-kept]");
  if (says) says.hidden = false;
  form.dispatchEvent(new Event("input"));
}

document.querySelectorAll("form[data-keep]").forEach(tend);
