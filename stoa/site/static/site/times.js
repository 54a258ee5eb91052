// Beside each instant, the same instant in the reader's own zone. It stands in the head, and waits for no module, so that
// each is put there before what it stands in is first drawn: nothing moves.
(() => {
  const here = new Intl.DateTimeFormat(document.documentElement.lang || undefined, {
    day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short",
  });

  // The reader's clock against UTC at an instant, in minutes east: the same measure as the offset that a page gives.
  const offsetHere = (instant) => -instant.getTimezoneOffset();

  function addLocal(time) {
    const instant = new Date(time.dateTime);
    time.dataset.told = "";
    if (Number.isNaN(instant.valueOf()) || offsetHere(instant) === Number(time.dataset.offset)) return;
    const text = `${here.format(instant)}, your time`;
    if (time.dataset.form === "full") time.insertAdjacentHTML("afterend", ` <span class="quiet local">(${text})</span>`);
    else time.title = text;
  }

  new MutationObserver((changes) => {
    if (changes.some((change) => change.addedNodes.length)) {
      document.querySelectorAll("time[data-offset]:not([data-told])").forEach(addLocal);
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
