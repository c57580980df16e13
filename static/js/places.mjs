// Sorts by distance when the driver asks for it; where he is goes into the address of this page and nowhere else.
const button = document.getElementById("near-me");

function show(place) {
  const here = new URL(location.href);
  here.searchParams.set("near", `${place.coords.latitude.toFixed(3)},${place.coords.longitude.toFixed(3)}`);
  here.searchParams.delete("page");
  location.assign(here);
}

if (navigator.geolocation) {
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(show, () => { document.getElementById("near-fails").hidden = false; });
  });
}
