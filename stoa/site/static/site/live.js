// Elements with data-live="topic" get the htmx trigger "live" when the server says that their topic changed.
// The stream sends `event: change` with the topic as its data.
const topics = () => [...new Set([...document.querySelectorAll("[data-live]")].map((element) => element.dataset.live))];

function tell(topic) {
  for (const element of document.querySelectorAll("[data-live]")) {
    if (element.dataset.live === topic) window.htmx?.trigger(element, "live");
  }
}

function listen() {
  const wanted = topics();
  if (wanted.length === 0) return;
  const address = new URL("/live", location.href);
  wanted.forEach((topic) => address.searchParams.append("topic", topic));
  const stream = new EventSource(address);
  stream.addEventListener("change", (event) => tell(event.data));
  // A page that sleeps in a tab need not hold a stream open.
  addEventListener("pagehide", () => stream.close(), { once: true });
}

listen();
addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
