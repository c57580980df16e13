"""What axe and a ruler find wrong with the page that is shown."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe()
EVERYTHING = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
# All that another theme can break: it changes colours, never what stands where or what it is called.
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
# Halfway into another theme colours are neither the one's nor the other's.
RUN = """async (options) => {
  const changes = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
  await Promise.allSettled(changes.map((change) => change.finished));
  return (await axe.run(options)).violations;
}"""
WIDE, PHONE, NARROWEST = 1440, 360, 320
# Charts follow a new width within a few frames. What sticks out helps more than the number of pixels.
OVERFLOW = """async () => {
  for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return "";
  const sticksOut = (element) => element.getBoundingClientRect().right > root.clientWidth + 1;
  const out = [...document.querySelectorAll("body *")].filter(sticksOut);
  return `${root.scrollWidth} px wide: ${out.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(" | ")}`;
}"""


def violations(page: Page, options: dict[str, Any] = EVERYTHING) -> list[str]:
    """One line for each rule of axe that the page breaks."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    return [f"{rule['id']}: {rule['help']} | {_where(rule)}" for rule in page.evaluate(RUN, options)]


def _where(rule: dict[str, list[dict[str, str]]]) -> str:
    return " | ".join(f"{node['html'][:160]} {node.get('failureSummary', '')}" for node in rule["nodes"][:3])


def overflow(page: Page) -> str:
    """What makes the page scroll sideways; empty when nothing does."""
    return str(page.evaluate(OVERFLOW))


def faults(page: Page) -> list[str]:
    """Everything, light and dark, on a desk and on a phone."""
    found = []
    for theme, options in (("light", EVERYTHING), ("dark", COLOURS)):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        for width in (WIDE, PHONE):
            page.set_viewport_size({"width": width, "height": 800})
            found += [f"{theme} {width}: {line}" for line in violations(page, options)]
    for width in (NARROWEST, PHONE, WIDE):
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{width}: {line}" for line in [overflow(page)] if line]
    return found
