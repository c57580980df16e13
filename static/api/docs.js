"use strict";

const place = document.getElementById("docs");

// A signed-in person tries calls out with the session; writes then need the token against forged requests.
function withToken(request) {
  const match = document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/);
  const own = new URL(request.url, location.href).origin === location.origin;
  if (match && own) request.headers["X-CSRFToken"] = decodeURIComponent(match[1]);
  return request;
}

SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  requestInterceptor: withToken,
});
