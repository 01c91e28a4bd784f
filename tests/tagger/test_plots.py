"""Plots: labels beside their axes, names in any script, and the tempo over time."""

import itertools
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.transforms import Bbox

from pacetag.model.evaluation.case_statistics import ReliabilityBin
from pacetag.model.evidence.evidence import Evidence, gather_evidence
from pacetag.model.judge import Judge
from pacetag.tagger.plots import fonts as plot_fonts
from pacetag.tagger.plots import song as plot
from pacetag.tagger.plots.fonts import USUAL, drawable
from pacetag.tagger.plots.reliability import reliability_figure
from pacetag.tagger.plots.song import evidence_figure

SAMPLES = Path(__file__).parents[2] / "sample_audio"
WALTZ = SAMPLES / "04-riverside-waltz.ogg"
NAMES = {
    "Latin": "Ça ira – Straße",
    "Greek": "Ωμέγα",
    "Cyrillic": "Катюша",
    "Hebrew": "שלום עולם",
    "Arabic": "مرحبا",
    "Japanese": "戦場のメリークリスマス",
    "Korean": "한국어",
    "Thai": "ไทย",
    "Devanagari": "दिल से",
    "Cuneiform": "𒀀𒁀",
    "emoji": "👩\u200d🚀🏃🏽",
    "formula": "a $x^2$ b",
    "no sign at all": "\U0010ffff\ue000",
}


@pytest.fixture(scope="module")
def judge() -> Judge:
    """The shipped judge."""
    return Judge()


@pytest.fixture(scope="module")
def waltz(judge: Judge) -> Evidence:
    """What the judge makes of a waltz."""
    return gather_evidence(judge, WALTZ)


@pytest.fixture(scope="module")
def train(judge: Judge) -> Evidence:
    """What the judge makes of two tempos."""
    return gather_evidence(judge, SAMPLES / "02-night-train.mp3", (132.0, 88.0))


def drawn(figure: Figure) -> Any:
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas.get_renderer()


def _axes(figure: Any) -> Iterator[Axes]:
    yield from figure.axes
    for below in figure.subfigs:
        yield from _axes(below)


def labels(axes: Axes, renderer: Any) -> Iterator[tuple[str, Bbox]]:
    """The texts at an axes' edges with the place that each takes."""
    texts = [axes.title, axes.xaxis.label, axes.yaxis.label]
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        shown = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
        texts += [label for tick in shown for label in (tick.label1, tick.label2)]
    for text in texts:
        if text.get_visible() and text.get_text():
            yield text.get_text(), text.get_window_extent(renderer)


def overlaps(figure: Figure, renderer: Any) -> list[tuple[str, str]]:
    """Pairs of labels of different axes that cover each other, or stand at the other's axes."""
    every = list(dict.fromkeys(_axes(figure)))
    places = [axes.get_window_extent(renderer) for axes in every]
    named = [list(labels(axes, renderer)) for axes in every]
    found = []
    for place, other in itertools.permutations(range(len(every)), 2):
        for name, box in named[place]:
            if box.overlaps(places[other]):
                found.append((name, every[other].get_title()))
            found += [(name, o) for o, its in named[other] if box.overlaps(its)]
    return found


@pytest.fixture(scope="module")
def drawn_train(train: Evidence) -> tuple[Figure, Any]:
    """The picture of two tempos, and what drew it."""
    figure = evidence_figure(train, title="A Song", below="its file")
    return figure, drawn(figure)


@pytest.mark.parametrize("name", ["waltz", "train"])
def test_no_label_overlaps_another_axes_or_its_labels(
    name: str, request: pytest.FixtureRequest
) -> None:
    if name == "train":
        figure, renderer = request.getfixturevalue("drawn_train")
    else:
        figure = evidence_figure(request.getfixturevalue(name), title="A Song", below="its file")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            renderer = drawn(figure)

    assert overlaps(figure, renderer) == []


def test_labels_of_the_reliability_plot_do_not_overlap_either() -> None:
    rows = [
        ReliabilityBin(low=low / 10, high=low / 10 + 0.1, cases=10**low, promised=low / 10, true=1)
        for low in range(10)
    ]
    figure = reliability_figure(rows, title="current, 12 songs")

    assert [pair for pair in overlaps(figure, drawn(figure)) if "" not in pair] == []


def test_labels_of_a_drawing_are_nearer_to_it_than_to_its_neighbour(
    drawn_train: tuple[Figure, Any],
) -> None:
    figure, renderer = drawn_train
    every = list(dict.fromkeys(_axes(figure)))
    for axes in every:
        label = axes.yaxis.label
        if not label.get_text():
            continue
        middle = label.get_window_extent(renderer)
        at = (middle.x0 + middle.x1) / 2, (middle.y0 + middle.y1) / 2

        def distance(other: Axes, at: tuple[float, float] = at) -> float:
            box = other.get_window_extent(renderer)
            across = max(box.x0 - at[0], 0, at[0] - box.x1)
            along = max(box.y0 - at[1], 0, at[1] - box.y1)
            return float(np.hypot(across, along))

        assert min(every, key=distance) is axes, label.get_text()


@pytest.fixture
def titles_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave what is below the title empty, which takes the time."""
    for name in ("draw_tempogram", "draw_heat_maps", "draw_histograms"):
        monkeypatch.setattr(plot, name, lambda *_: None)
    for name in ("_draw_measures", "_draw_over_time"):
        monkeypatch.setattr(plot, name, lambda *_: None)


@pytest.mark.usefixtures("titles_alone")
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_in_any_script_is_drawn_without_boxes(name: str, waltz: Evidence) -> None:
    figure = evidence_figure(waltz, title=name, below=name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn(figure)

    text = figure._suptitle.get_text()  # type: ignore[attr-defined]
    assert text.strip()
    fonts = [f.fname for f in fontManager.ttflist if f.name in drawable(name).families]
    covered = set().union(*map(plot_fonts._signs, fonts))
    assert {sign for sign in text if not sign.isspace()} <= covered | {"\u200d"}


def test_a_sign_is_drawn_in_the_font_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (
        next(f for f in fontManager.ttflist if f.name == name) for name in ("STIXGeneral", "cmr10")
    )
    signs = {first.fname: {"戦"}, second.fname: {"場"}}
    usual = plot_fonts._signs_of_usual()
    monkeypatch.setattr(plot_fonts, "_signs_of_usual", lambda: usual)
    monkeypatch.setattr(plot_fonts, "_signs", lambda file: signs.get(file, set()))
    monkeypatch.setattr(plot_fonts, "_others", lambda: [first, second])

    assert drawable("戦 場").families == (USUAL, first.name, second.name)
    assert drawable("戦 場").text == "戦 場"
    assert drawable("abc").families == (USUAL,)


def test_signs_that_no_font_has_are_spelt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plot_fonts, "_others", list)

    assert drawable("メリ 戦 🏃").text == "meri [U+6226] (runner)"


@pytest.mark.usefixtures("titles_alone")
def test_a_long_title_stays_in_the_picture(waltz: Evidence) -> None:
    figure = evidence_figure(waltz, title="The Longest Title Of All " * 30, below="x" * 500)
    renderer = drawn(figure)
    title = figure._suptitle.get_window_extent(renderer)  # type: ignore[attr-defined]

    assert title.x0 > 0
    assert title.x1 < figure.bbox.x1


def _clicks(seconds: float, bpm: Callable[[float], float]) -> Any:
    sound = np.random.default_rng(0).normal(0, 1e-4, round(seconds * 22_050))
    at = 0.0
    while at < seconds - 0.1:
        start = round(at * 22_050)
        time = np.arange(800) / 22_050
        sound[start : start + 800] += 0.5 * np.exp(-time * 150) * np.sin(2e3 * np.pi * time)
        at += 60 / bpm(at)
    return sound


def test_the_tempo_over_time_is_the_songs_own(judge: Judge, tmp_path: Path) -> None:
    song = tmp_path / "drifting.flac"
    soundfile.write(song, _clicks(90, lambda at: 120 + at / 30), 22_050)

    moments = gather_evidence(judge, song).moments

    assert len(moments) >= 5
    seconds = [moment.seconds for moment in moments]
    assert seconds == sorted(seconds)
    assert seconds[0] < 5
    assert seconds[-1] > 80
    level = judge.file(song).candidates[0].bpm / 121.5
    for moment in moments:
        assert moment.bpm / level == pytest.approx(120 + moment.seconds / 30, rel=0.005)


def test_without_a_pace_the_tempo_over_time_says_so(judge: Judge) -> None:
    fog = gather_evidence(judge, SAMPLES / "10-fog.opus")
    figure = evidence_figure(fog, title="Fog", below="")
    drawn(figure)

    said = [text.get_text() for axes in _axes(figure) for text in axes.texts]
    assert fog.moments == ()
    assert "no pace to follow" in said
