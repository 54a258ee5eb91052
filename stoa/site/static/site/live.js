// Elements with data-live="topic" get the htmx trigger "live" when the server says that their topic changed,
// and when the stream begins or begins again, since something may have been missed before.
const MOST = 20; // topics that the stream takes
const live = () => [...document.querySelectorAll("[data-live]")];

function tell(elements) {
  for (const element of elements) window.htmx?.trigger(element, "live");
}

function listen() {
  const topics = [...new Set(live().map((element) => element.dataset.live))].slice(0, MOST);
  if (topics.length === 0) return;
  const address = new URL("/live", location.href);
  topics.forEach((topic) => address.searchParams.append("topic", topic));
  const stream = new EventSource(address);
  stream.addEventListener("hello", () => tell(live()));
  stream.addEventListener("change", (event) => {
    const { topic } = JSON.parse(event.data);
    tell(live().filter((element) => element.dataset.live === topic));
  });
  // A page kept for the back button need not hold a stream open.
  addEventListener("pagehide", () => stream.close(), { once: true });
}

listen();
addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
