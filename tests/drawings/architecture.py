"""docs/architecture.svg: rooms as boxes on floors, arrows to what they import.

`python -m tests.drawings.architecture` draws it again. The same code gives the same picture.
"""

from collections.abc import Iterator
from pathlib import Path

from tests.drawings.panels import Panel, draw_panel
from tests.drawings.rooms import House, read_house

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs/architecture.svg"
WIDTH, BETWEEN = 960, 44  # pixels: of the page; between panels
PANELS = {  # the panel's head, its left edge and width, and its row
    "tagger": ("tagger/: the program", 0, WIDTH, 0),
    "model/training": ("model/training/: how the network is made", 0, 704, 1),
    "db": ("db/: the memory", 744, 216, 1),
    "model": ("model/: the ear", 0, WIDTH, 2),
}
FAR = {  # from which panel to which: where the arrow stands, in pixels from the left
    ("tagger", "model/training"): 352,
    ("tagger", "db"): 852,
    ("tagger", "model"): 724,
    ("model/training", "model"): 352,
    ("db", "model"): 950,
}
LEGEND = (  # below db
    "A box is a package, or all modules",
    "of one floor. A grey arrow leads to",
    "what is imported; arrows that follow",
    "from others are left out. A blue one",
    "says that some room imports from",
    "the other folder. None goes up.",
)
STYLE = """
text { font: 11px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif;
  fill: #57606a; text-anchor: middle }
.name { font-size: 13px; font-weight: 600; fill: #1f2328 }
.head { font-size: 15px; font-weight: 600; fill: #1f2328; text-anchor: start }
.page { fill: #ffffff } .panel { fill: #f6f8fa; stroke: #d0d7de }
.box { fill: #ffffff; stroke: #8c959f }
.arrow { fill: none; stroke: #8c959f; stroke-width: 1.1 } .tip { fill: #8c959f }
.far { fill: none; stroke: #0969da; stroke-width: 3 } .far-tip { fill: #0969da }
@media (prefers-color-scheme: dark) {
  text { fill: #9198a1 } .name, .head { fill: #f0f6fc }
  .page { fill: #0d1117 } .panel { fill: #151b23; stroke: #3d444d }
  .box { fill: #0d1117; stroke: #656c76 }
  .arrow { stroke: #656c76 } .tip { fill: #656c76 }
  .far { stroke: #4493f8 } .far-tip { fill: #4493f8 }
}
"""
TIPS = """<marker id="tip" orient="auto" markerWidth="7" markerHeight="7" refX="6" refY="3.5">
<path class="tip" d="M0 0.5 L7 3.5 L0 6.5 Z"/></marker>
<marker id="far-tip" orient="auto" markerUnits="userSpaceOnUse" markerWidth="14" markerHeight="14"
 refX="12" refY="7"><path class="far-tip" d="M0 1 L14 7 L0 13 Z"/></marker>"""


def draw(house: House) -> str:
    """The picture of a house, as SVG."""
    panels = {
        name: draw_panel(house, name, head, width=width)
        for name, (head, _, width, _) in PANELS.items()
    }
    tops = rows(panels)
    height = max(tops[name] + panel.height for name, panel in panels.items())
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -8 {WIDTH + 16} {height + 16:.0f}">',
        "<title>The rooms of pacetag and what each imports</title>",
        f"<style>{STYLE}</style>",
        f"<defs>{TIPS}</defs>",
        f'<rect class="page" x="-8" y="-8" width="{WIDTH + 16}" height="{height + 16:.0f}"/>',
    ]
    for name, panel in panels.items():
        lines += [
            f'<g transform="translate({PANELS[name][1]} {tops[name]:.0f})">',
            *panel.svg,
            "</g>",
        ]
    beside, below = 744 + 94, tops["db"] + panels["db"].height + 30
    for line, words in enumerate(LEGEND):
        lines.append(f'<text x="{beside}" y="{below + 15 * line:.0f}">{words}</text>')
    lines += [*far_arrows(house, panels, tops), "</svg>"]
    return "\n".join(lines) + "\n"


def rows(panels: dict[str, Panel]) -> dict[str, float]:
    """The upper edge of each panel: rows lie below each other."""
    found: dict[str, float] = {}
    top = 0.0
    for row in sorted({row for _, _, _, row in PANELS.values()}):
        names = [name for name in PANELS if PANELS[name][3] == row]
        found |= dict.fromkeys(names, top)
        top += max(panels[name].height for name in names) + BETWEEN
    return found


def far_arrows(house: House, panels: dict[str, Panel], tops: dict[str, float]) -> Iterator[str]:
    """An arrow from panel to panel where any room imports one of the other."""
    panel = {name: room.panel for name, room in house.rooms.items()}
    for upper, lower in sorted({(panel[a], panel[b]) for a, b in house.arrows}):
        if upper != lower:
            start, end = tops[upper] + panels[upper].height, tops[lower]
            yield (
                f'<path class="far" marker-end="url(#far-tip)"'
                f' d="M{FAR[upper, lower]} {start:.0f} V{end:.0f}"/>'
            )


if __name__ == "__main__":
    PICTURE.write_text(draw(read_house(ROOT)), encoding="utf-8")
