"""What axe-core finds wrong on a page for who reads it by other means than eyes and a mouse (N8)."""

from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page

FOLDER = Path(__file__).parent / "axe-core"
SOURCE = (FOLDER / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """
async ({rules, beside}) => {
  const found = await axe.run({exclude: beside}, {runOnly: rules, resultTypes: ["violations"]});
  const told = (one) => one.nodes.map((node) => `${one.id}: ${node.target.join(" ")} — ${one.help}`);
  return found.violations.flatMap(told);
}
"""


def violations(page: Page, beside: Sequence[str] = ()) -> list[str]:
    """All violations on the page as it stands now, a line each; `beside` are selectors that are left out.

    Leave out only what has an equal elsewhere on the page, as the canvas of a diagram has its list.
    """
    page.evaluate(SOURCE)
    found: list[str] = page.evaluate(RUN, {"rules": RULES, "beside": [[one] for one in beside]})
    return found
