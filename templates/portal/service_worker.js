{% load static %}// Shows one page of our own when there is no network. Everything else goes to the network as if this were not here.
const NAME = "offline-1";
const KEEP = [{% for path in keep %}"{{ path|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(KEEP)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name !== NAME).map((name) => caches.delete(name));
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names))));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  if (request.mode === "navigate" && /^\/(my|c|v|drive)\//.test(path)) {
    event.respondWith(fetch(request).catch(() => caches.match(KEEP[0])));
  } else if (KEEP.includes(path)) {
    event.respondWith(fetch(request).catch(() => caches.match(path)));
  }
});
