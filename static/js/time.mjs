// Relative times and running durations. The server writes both; this keeps them true while the page stays open.
const STEPS = [
  ["y", 31536000],
  ["mo", 2592000],
  ["d", 86400],
  ["h", 3600],
  ["min", 60],
];

function relative(date, now) {
  const seconds = (date - now) / 1000;
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) {
      const text = `${Math.floor(Math.abs(seconds) / length)} ${unit}`;
      return seconds > 0 ? `in ${text}` : `${text} ago`;
    }
  }
  return "just now";
}

function duration(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${Math.max(0, Math.floor(seconds))} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${hours / 24} d`;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function refreshClocks(root = document) {
  const now = Date.now();
  for (const element of root.querySelectorAll("time[data-relative]")) {
    const date = new Date(element.dateTime);
    write(element, relative(date, now));
  }
  for (const element of root.querySelectorAll("time[data-since]")) {
    const date = new Date(element.dateTime);
    write(element, duration((now - date) / 1000));
  }
}

export function startClocks() {
  refreshClocks();
  setInterval(refreshClocks, 10000);
  document.addEventListener("htmx:afterSettle", () => refreshClocks());
  document.addEventListener("cpms:live", () => refreshClocks());
}
