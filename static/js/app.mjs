// The entry point of every page. Each module looks for its own elements, and again after htmx swapped something in.
import { startClocks } from "./time.mjs";
import { startCopyButtons } from "./copy.mjs";
import { startDialogs } from "./dialog.mjs";
import { startForms } from "./forms.mjs";
import { startLive } from "./live.mjs";
import { startTabs } from "./tabs.mjs";
import { startThemeSwitch } from "./theme.mjs";

startThemeSwitch();
startClocks();
startCopyButtons();
startDialogs();
startForms();
startLive();
startTabs();

async function drawCharts() {
  if (document.querySelector("[data-chart]")) {
    const { startCharts } = await import("./charts.mjs");
    startCharts();
  }
}

drawCharts();
document.addEventListener("htmx:afterSettle", drawCharts);
