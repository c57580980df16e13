// Keeps every [data-live="kind:id"] element fresh. The socket brings rendered fragments; without it the page is fetched again.
const RETRY_MS = [500, 1000, 2000, 5000, 10000];
const GRACE_MS = 3000;
const POLL_MS = 10000;
const GROW_MS = 3000;

let socket = null;
let attempts = 0;
let degradedSince = 0;
let poller = null;
let grownAt = 0;

const liveElements = () => [...document.querySelectorAll("[data-live]")];
const keys = () => [...new Set(liveElements().map((element) => element.dataset.live))];

// What the reader opened or ticked stays so, and a form keeps its token: fragments are rendered without a request.
const callbacks = {
  beforeAttributeUpdated: (name) => name !== "open",
  beforeNodeMorphed: (old) => !old.matches?.("input[data-keep]"),
  beforeNodeRemoved: (node) => node.name !== "csrfmiddlewaretoken",
};

function swap(element, html) {
  const before = element.innerHTML;
  window.Idiomorph.morph(element, html, { morphStyle: "outerHTML", ignoreActiveValue: true, callbacks });
  return element.innerHTML !== before;
}

function glow(key) {
  for (const element of document.querySelectorAll(`[data-live="${CSS.escape(key)}"][data-glow]`)) {
    element.classList.remove("is-changed");
    requestAnimationFrame(() => element.classList.add("is-changed"));
  }
}

function apply(fragments) {
  for (const [key, html] of Object.entries(fragments)) {
    for (const element of document.querySelectorAll(`[data-live="${CSS.escape(key)}"]`)) {
      if (swap(element, html)) glow(key);
    }
  }
  window.htmx?.process(document.body);
  document.dispatchEvent(new CustomEvent("cpms:live"));
}

function watch() {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: "watch", keys: keys() }));
}

async function poll() {
  const answer = await fetch(location.href, { headers: { "X-Live-Poll": "1" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fragments = {};
  for (const element of page.querySelectorAll("[data-live]")) {
    fragments[element.dataset.live] = element.outerHTML;
  }
  apply(fragments);
}

function degrade() {
  if (poller) return;
  document.getElementById("live-banner").hidden = false;
  poller = setInterval(poll, POLL_MS);
  poll();
}

function recover() {
  document.getElementById("live-banner").hidden = true;
  clearInterval(poller);
  poller = null;
  degradedSince = 0;
  attempts = 0;
}

// A station that was not on the page has moved: read the list again, unless a filter may be why it is not there.
function grow() {
  if (location.search || Date.now() - grownAt < GROW_MS || !document.querySelector("#results[data-grows]")) return;
  grownAt = Date.now();
  window.htmx?.ajax("GET", location.href, { target: "#results", select: "#results", swap: "outerHTML" });
}

function onMessage(event) {
  const message = JSON.parse(event.data);
  if (message.type === "grown") grow();
  if (message.type === "fragments") apply(message.fragments);
  if (message.type === "reload") location.reload();
}

function onClose(event) {
  if (event.code === 4401) {
    location.reload();
    return;
  }
  degradedSince ||= Date.now();
  const wait = RETRY_MS[Math.min(attempts++, RETRY_MS.length - 1)];
  setTimeout(connect, wait);
  setTimeout(() => degradedSince && degrade(), GRACE_MS);
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${location.host}/ws/live/`);
  socket.addEventListener("open", () => {
    recover();
    watch();
  });
  socket.addEventListener("message", onMessage);
  socket.addEventListener("close", onClose);
}

export function startLive() {
  document.addEventListener("htmx:afterSettle", watch);
  if (liveElements().length) connect();
}
