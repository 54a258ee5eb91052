// Beside each instant, the same instant in the reader's own zone.
const here = new Intl.DateTimeFormat(document.documentElement.lang || undefined, {
  day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short",
});

// The reader's clock against UTC at an instant, in minutes east: the same measure as the offset that a page gives.
const offsetHere = (instant) => -instant.getTimezoneOffset();

function addLocal(root) {
  for (const time of root.querySelectorAll("time[data-offset]:not([data-told])")) {
    const instant = new Date(time.dateTime);
    time.dataset.told = "";
    if (Number.isNaN(instant.valueOf()) || offsetHere(instant) === Number(time.dataset.offset)) continue;
    const text = `${here.format(instant)}, your time`;
    if (time.dataset.form === "full") time.insertAdjacentHTML("afterend", ` <span class="quiet local">(${text})</span>`);
    else time.title = text;
  }
}

addLocal(document);
document.addEventListener("htmx:load", (event) => addLocal(event.target));
