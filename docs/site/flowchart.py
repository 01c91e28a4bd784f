"""A flowchart in Mermaid's language as SVG: what a code host draws by a script is drawn here.

Only what the documents use is understood: `flowchart LR`, chains `a --> b --> c`, and dotted
arrows with a text, `a -. text .-> b`. Anything else is refused, so that no page loses a part.
"""

import re
from html import escape

WIDE, HIGH, BETWEEN, ROW = 104, 34, 26, 84  # pixels: a box, the gap beside it, a row of boxes
A_ROW = 6  # boxes
ARROW = re.compile(r"\s*(-->|-\.\s*(?P<text>.+?)\s*\.->)\s*")
STYLE = (
    ".flow rect{fill:none;stroke:currentColor;rx:5}"
    ".flow text{font:14px sans-serif;fill:currentColor;text-anchor:middle}"
    ".flow path{fill:none;stroke:currentColor;marker-end:url(#flow-tip)}"
    ".flow .dotted{stroke-dasharray:4 4}"
)
TIP = (
    '<marker id="flow-tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
    'orient="auto"><path d="M0 0 8 4 0 8Z" style="fill:currentColor;stroke:none"/></marker>'
)
Arrow = tuple[str, str, str | None]  # from, to, text of a dotted one


def draw_flowchart(text: str) -> str:
    """Return the SVG, which takes the colours of the page. Raises ValueError for other charts."""
    arrows = read_flowchart(text)
    boxes = list(dict.fromkeys(name for arrow in arrows for name in arrow[:2]))
    at = {name: _corner(place) for place, name in enumerate(boxes)}
    parts = [_box(name, *at[name]) for name in boxes]
    parts += [_arrow(at[start], at[end], text) for start, end, text in arrows]
    rows = (len(boxes) + A_ROW - 1) // A_ROW
    width, height = A_ROW * (WIDE + BETWEEN), (rows - 1) * ROW + HIGH + 2
    size = f'viewBox="0 0 {width} {height}" style="max-width:{width}px;width:100%"'
    told = escape("; ".join(f"{start} to {end}" for start, end, _ in arrows))
    return (
        f'<svg class="flow" role="img" aria-label="{told}" {size} '
        f'xmlns="http://www.w3.org/2000/svg"><style>{STYLE}</style><defs>{TIP}</defs>'
        f"{''.join(parts)}</svg>"
    )


def read_flowchart(text: str) -> list[Arrow]:
    """Return the arrows of a chart, in their order."""
    head, *lines = [line.strip() for line in text.strip().splitlines()]
    if head != "flowchart LR":
        raise ValueError(f"not a flowchart from left to right: {head}")
    found: list[Arrow] = []
    for line in lines:
        start, rest = _name(line)
        while rest:
            arrow = ARROW.match(rest)
            if arrow is None:
                raise ValueError(f"not an arrow between two names: {line}")
            end, rest = _name(rest[arrow.end() :])
            found.append((start, end, arrow["text"]))
            start = end
    return found


def _name(text: str) -> tuple[str, str]:
    """Return the name at the beginning of a text, and the rest."""
    found = re.match(r"\w+", text)
    if found is None:
        raise ValueError(f"a name was expected: {text}")
    return found[0], text[found.end() :]


def _corner(place: int) -> tuple[int, int]:
    """Return the upper left corner of a box: rows go to the right."""
    row, column = divmod(place, A_ROW)
    return 1 + column * (WIDE + BETWEEN), 1 + row * ROW


def _box(name: str, x: int, y: int) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{WIDE}" height="{HIGH}"/>'
        f'<text x="{x + WIDE / 2}" y="{y + HIGH / 2 + 5}">{escape(name)}</text>'
    )


def _arrow(start: tuple[int, int], end: tuple[int, int], text: str | None) -> str:
    """A straight arrow within a row, else one down to the next row and from above into the box."""
    (x, y), (to_x, to_y) = start, end
    middle, to_middle = x + WIDE / 2, to_x + WIDE / 2
    if y == to_y:
        line = f"M{x + WIDE} {y + HIGH / 2}H{to_x}"
    else:
        between = to_y - (18 if text is None else 30)
        line = f"M{middle} {y + HIGH}V{between}H{to_middle}V{to_y}"
    kind = ' class="dotted"' if text is not None else ""
    said = ""
    if text is not None:
        said = f'<text x="{(middle + to_middle) / 2}" y="{to_y - 34}">{escape(text)}</text>'
    return f'<path{kind} d="{line}"/>{said}'
