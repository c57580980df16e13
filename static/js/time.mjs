// Relative times and running durations. The server writes both; this keeps them true while the page stays open.
const STEPS = [
  ["year", 31536000],
  ["month", 2592000],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];
const words = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto", style: "short" });
const exact = new Intl.DateTimeFormat(document.documentElement.lang || "en", {
  dateStyle: "medium",
  timeStyle: "long",
});

function relative(date, now) {
  const seconds = (date - now) / 1000;
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit);
  }
  return Math.abs(seconds) < 10 ? "just now" : words.format(Math.trunc(seconds), "second");
}

function duration(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${Math.max(0, Math.floor(seconds))} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function refreshClocks(root = document) {
  const now = Date.now();
  for (const element of root.querySelectorAll("time[data-relative]")) {
    const date = new Date(element.dateTime);
    write(element, relative(date, now));
    element.title = exact.format(date);
  }
  for (const element of root.querySelectorAll("time[data-since]")) {
    const date = new Date(element.dateTime);
    write(element, duration((now - date) / 1000));
    element.title = `since ${exact.format(date)}`;
  }
}

export function startClocks() {
  refreshClocks();
  setInterval(refreshClocks, 10000);
  document.addEventListener("htmx:afterSettle", () => refreshClocks());
  document.addEventListener("cpms:live", () => refreshClocks());
}
