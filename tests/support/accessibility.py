"""What axe-core finds wrong with a page for people who see, hear or move otherwise."""

from pathlib import Path

from playwright.sync_api import Page

_AXE = Path(__file__).parent / "axe/axe.min.js"
_RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 5).map((node) => node.html + " " + node.failureSummary).join(" | ")}`);
}"""


def serious_findings(page: Page) -> list[str]:
    """Return the serious and critical findings on the page, one text each, once it has arrived whole."""
    # A click returns when the next page begins to come; of a link cut in two by the network, only the address is there.
    page.wait_for_load_state("load")
    # By the debugger, which the page's policy does not bind: nothing is added to the page.
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_RUN)
    return found
