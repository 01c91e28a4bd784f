"""A panel of the picture: boxes for rooms on floors, and arrows down to what they import."""

import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from tests.drawings.floors import (
    Arrow,
    Floors,
    Ways,
    heights,
    ordered,
    reduced,
    spread,
    steps,
    with_bends,
)
from tests.drawings.rooms import House, Room

# All in pixels: at GitHub's width the picture is shown about as large as it is drawn.
SIDE, GAP, BEND = 16, 14, 8  # beside the boxes; between two of a floor; what an arrow takes there
WIDEST, LINE, NAME = 206, 14, 17  # of a box; of a line of text; of a line of names
LETTER, BOLD = 6.1, 7.9  # widths of letters, rather too wide than too narrow
HEAD, BETWEEN = 36, 30  # above the first floor; between floors


@dataclass(frozen=True, kw_only=True)
class Box:
    """What is written in a box, and where it lies; a bend of an arrow is one without text."""

    names: Sequence[str] = ()
    lines: Sequence[str] = ()
    width: float = BEND
    height: float = 0.0
    x: float = 0.0  # of its middle
    top: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Panel:
    """SVG of a panel whose upper left corner is at 0, 0, and its height."""

    svg: Sequence[str]
    height: float


def draw_panel(house: House, panel: str, head: str, *, width: float) -> Panel:
    """The boxes of a panel with arrows that do not follow from others."""
    together, arrows = merged(house, panel)
    floors, ways = with_bends(heights(together, arrows), reduced(arrows))
    floors = ordered(floors, steps(ways))
    placed = place(floors, ways, together, width=width - 2 * SIDE)
    bottom = max(box.top + box.height for box in placed.values()) + SIDE
    svg = [
        f'<rect class="panel" width="{width:.0f}" height="{bottom:.0f}" rx="8"/>',
        f'<text class="head" x="{SIDE}" y="23">{escape(head)}</text>',
        *draw_arrows(ways, placed),
        *(line for name in sorted(together) for line in draw_box(placed[name])),
    ]
    return Panel(svg=svg, height=bottom)


def merged(house: House, panel: str) -> tuple[dict[str, list[Room]], set[Arrow]]:
    """The boxes of a panel with the rooms in each, and the arrows between boxes.

    A package has a box of its own; modules on the same floor share one.
    """
    rooms = {name: room for name, room in house.rooms.items() if room.panel == panel}
    arrows = {(a, b) for a, b in house.arrows if a in rooms and b in rooms}
    level = heights(rooms, arrows)
    box = {n: n if r.is_package else f"{panel}: {level[n]:02}" for n, r in rooms.items()}
    together = defaultdict(list)
    for name in sorted(rooms):
        together[box[name]].append(rooms[name])
    return dict(together), {(box[a], box[b]) for a, b in arrows}


def write(rooms: Sequence[Room], width: float) -> Box:
    """A box for rooms: one with its summary, several by their names alone."""
    files = [room.name.split("/")[-1] + ("/" if room.is_package else ".py") for room in rooms]
    names = textwrap.wrap("  ".join(files), int((width - 10) / BOLD))
    texts = []
    if len(rooms) == 1:
        texts = [rooms[0].summary, "in it: " * bool(rooms[0].inside) + ", ".join(rooms[0].inside)]
    lines = [line for text in texts for line in textwrap.wrap(text, int((width - 10) / LETTER))]
    height = 12 + NAME * len(names) + LINE * len(lines)
    return Box(names=names, lines=lines, width=width, height=height)


def place(
    floors: Floors,
    ways: Ways,
    together: Mapping[str, Sequence[Room]],
    *,
    width: float,
) -> dict[str, Box]:
    """Boxes and bends where they lie in a panel."""
    boxes: dict[str, Box] = {}
    for floor in floors:
        own = [name for name in floor if name in together]
        free = width - GAP * (len(floor) - 1) - BEND * (len(floor) - len(own))
        boxes |= {name: write(together[name], min(WIDEST, free / len(own))) for name in own}
    boxes |= {name: Box() for floor in floors for name in floor if name not in boxes}
    widths = {name: box.width for name, box in boxes.items()}
    middle = spread(floors, steps(ways), widths, total=width, gap=GAP)
    top: float = HEAD
    for floor in floors:
        tallest = max(boxes[name].height for name in floor)
        for name in floor:
            height = boxes[name].height or tallest
            at = top + (tallest - height) / 2
            boxes[name] = replace(boxes[name], x=SIDE + middle[name], top=at, height=height)
        top += tallest + BETWEEN
    left = min(box.x - box.width / 2 for box in boxes.values()) - SIDE
    right = max(box.x + box.width / 2 for box in boxes.values()) - SIDE
    return {n: replace(box, x=box.x + (width - left - right) / 2) for n, box in boxes.items()}


def draw_box(box: Box) -> Iterator[str]:
    """A box with its text."""
    left = box.x - box.width / 2
    yield (
        f'<rect class="box" x="{left:.1f}" y="{box.top:.1f}" width="{box.width:.1f}"'
        f' height="{box.height:.1f}" rx="5"/>'
    )
    y = box.top + 3
    for style, lines, height in (("name", box.names, NAME), ("says", box.lines, LINE)):
        for line in lines:
            y += height
            yield f'<text class="{style}" x="{box.x:.1f}" y="{y:.1f}">{escape(line)}</text>'


def draw_arrows(ways: Ways, placed: Mapping[str, Box]) -> Iterator[str]:
    """Each way as one line from the lower edge of a box to the upper edge of another."""
    leaving, arriving = defaultdict(list), defaultdict(list)
    for way in ways:
        leaving[way[0]].append((placed[way[1]].x, way))
        arriving[way[-1]].append((placed[way[-2]].x, way))
    for way in ways:
        start, end = placed[way[0]], placed[way[-1]]
        x, y = port(start, leaving[way[0]], way), start.top + start.height
        path = [f"M{x:.1f} {y:.1f}"]
        for name in way[1:]:
            box = placed[name]
            to_x = port(end, arriving[name], way) if box is end else box.x
            half = (box.top + y) / 2
            path.append(f"C{x:.1f} {half:.1f} {to_x:.1f} {half:.1f} {to_x:.1f} {box.top:.1f}")
            x, y = to_x, box.top
            if box is not end:
                y += box.height
                path.append(f"V{y:.1f}")
        yield f'<path class="arrow" marker-end="url(#tip)" d="{" ".join(path)}"/>'


def port(box: Box, ends: Sequence[tuple[float, list[str]]], way: list[str]) -> float:
    """Where on a box's edge a way begins or ends: side by side in the order of the others."""
    at = sorted(ends).index(next(end for end in ends if end[1] == way))
    return box.x + box.width * ((at + 1) / (len(ends) + 1) - 0.5)
