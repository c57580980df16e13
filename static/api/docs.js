"use strict";

const place = document.getElementById("docs");

// A signed-in person tries calls out with the session; writes then need the token against forged requests.
function withToken(request) {
  const match = document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/);
  const own = new URL(request.url, location.href).origin === location.origin;
  if (match && own) request.headers["X-CSRFToken"] = decodeURIComponent(match[1]);
  return request;
}

// The theme chosen in the pages holds here too; else the system's.
const dark = matchMedia("(prefers-color-scheme: dark)");

function paint() {
  const chosen = document.cookie.match(/(?:^|;\s*)theme=(light|dark)/)?.[1];
  document.documentElement.classList.toggle("dark-mode", chosen ? chosen === "dark" : dark.matches);
}

dark.addEventListener("change", paint);
paint();

// Screen readers step through landmarks and headings without gaps.
function nameParts() {
  const about = place.querySelector(".information-container");
  about?.setAttribute("role", "region");
  about?.setAttribute("aria-label", "About this API");
  for (const heading of place.querySelectorAll("h3.opblock-tag, .models h4")) heading.setAttribute("aria-level", "2");
}

SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  // Its links sit inside buttons, where no keyboard or screen reader expects them.
  deepLinking: false,
  validatorUrl: null,
  // All groups at a glance. Open, there are so many operations that those out of sight are left out of the page.
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  requestInterceptor: withToken,
  onComplete: nameParts,
});
