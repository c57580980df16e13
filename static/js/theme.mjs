// Light, dark or the system's. The choice is a cookie, so the server writes it into <html> and nothing flashes.
const YEAR_S = 31536000;

function choose(theme) {
  const root = document.documentElement;
  if (theme === "system") {
    root.removeAttribute("data-bs-theme");
  } else {
    root.setAttribute("data-bs-theme", theme);
  }
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${theme}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax${secure}`;
  document.dispatchEvent(new CustomEvent("cpms:theme"));
}

export function startThemeSwitch() {
  const buttons = [...document.querySelectorAll("[data-theme-choice]")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      choose(button.dataset.themeChoice);
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
    });
  }
}
