"""An evaluation as tables for people."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TextIO

from pacetag.model.evaluation.bootstrap import Figure
from pacetag.model.evaluation.case_statistics import ReliabilityBin
from pacetag.model.evaluation.figures import GroupFigures
from pacetag.model.evaluation.report import EvaluationReport
from pacetag.tagger.terminal.columns import Column, print_table
from pacetag.tagger.terminal.say import say
from pacetag.tagger.text.formatting import clock, printable, share, songs

BAR = 20  # signs for all of them
NONE = "-"
IN_OCTAVES = ", octaves"  # ends the names of figures that are no shares
Table = tuple[Sequence[Column], Sequence[Sequence[str]]]  # with its rows
OVERALL = (
    Column(heading="figure"),
    Column(heading="value", right=True),
    Column(heading="95 % interval", right=True, drop=2),
    Column(heading="of", right=True, drop=1),
)
GROUPS = (
    Column(heading="songs", right=True, drop=18),
    Column(heading="accuracy", right=True, drop=15),
    Column(heading="AUC", right=True, drop=14),
    Column(heading="precision", right=True, drop=16),
    Column(heading="recall", right=True, drop=17),
    Column(heading="F1", right=True),
    Column(heading="F1 ±2%", right=True, drop=9),
    Column(heading="F1 140-195", right=True, drop=8),
    Column(heading="in family", right=True, drop=13),
    Column(heading="Accuracy 1", right=True, drop=12),
    Column(heading="Accuracy 2", right=True, drop=11),
    Column(heading="P-score", right=True, drop=10),
    Column(heading="octave", right=True, drop=7),
    Column(heading="triple", right=True, drop=6),
    Column(heading="unrelated", right=True, drop=5),
    Column(heading="false", right=True, drop=4),
    Column(heading="ECE", right=True, drop=3),
    Column(heading="abs. OE1", right=True, drop=2),
    Column(heading="abs. OE2", right=True, drop=1),
)
RELIABILITY = (
    Column(heading="probability"),
    Column(heading="cases", right=True, drop=2),
    Column(heading="promised", right=True, drop=3),
    Column(heading="came true", right=True),
    Column(heading="", drop=1),
)


def print_report(report: EvaluationReport, stream: TextIO | None = None) -> None:
    """Print every figure but the single songs."""
    say(_headline(report), stream)
    for columns, rows in _tables(report):
        print_table(columns, rows, stream)


def _headline(report: EvaluationReport) -> str:
    by = report.judge if report.bundle is None else f"{report.judge} ({report.bundle})"
    failed = f", {len(report.failed)} failed" if report.failed else ""
    return printable(
        f"{songs(len(report.heard))} judged by {by} in {clock(report.seconds)}{failed}; "
        f"95 % intervals from {report.resamples} resamples of the songs"
    )


def _tables(report: EvaluationReport) -> Iterator[Table]:
    yield _overall(report.overall)
    for title, groups in (
        ("style", report.by_style),
        ("beats a bar", report.by_metre),
        ("tempo", report.by_tempo),
    ):
        if len(groups) > 1:
            yield _groups(title, groups)
    if report.reliability:
        yield _reliability(report.reliability)


def _overall(group: GroupFigures) -> Table:
    beat, cases = f"{songs(group.with_a_beat)} with a beat", f"{group.cases} cases"
    claims = f"{group.claims} claimed paces"
    paced = f"{songs(group.estimates)} with a pace"
    rows = [
        ("accuracy", group.accuracy, cases),
        ("balanced accuracy", group.balanced_accuracy, cases),
        ("AUC", group.auc, cases),
        ("expected calibration error", group.calibration_error, cases),
    ]
    for span in group.sets:
        where = f"{span.low:g}-{span.high:g} ±{span.tolerance:.0%}"
        rows += [
            (f"set precision, {where}", span.precision, beat),
            (f"set recall, {where}", span.recall, beat),
            (f"set F1, {where}", span.f1, beat),
        ]
    rows += [
        ("most confident pace in the metrical family", group.top_in_family, beat),
        ("Accuracy 1 of that pace", group.accuracy_1, beat),
        ("Accuracy 2", group.accuracy_2, beat),
        ("P-score of the two most confident paces", group.p_score, beat),
        (f"OE1{IN_OCTAVES}", group.oe1, paced),
        (f"OE2{IN_OCTAVES}", group.oe2, paced),
        (f"absolute OE1{IN_OCTAVES}", group.aoe1, paced),
        (f"absolute OE2{IN_OCTAVES}", group.aoe2, paced),
        ("some pace claimed", group.with_a_pace, beat),
        ("a right pace claimed", group.right_pace, beat),
        ("octave errors (2, 4, 1/2, 1/4)", group.octave_errors, claims),
        ("triple errors (3, 1/3, 3/2, 2/3 ...)", group.triple_errors, claims),
        ("unrelated errors", group.unrelated_errors, claims),
        ("false paces", group.false_paces, f"{songs(group.beatless)} without a beat"),
    ]
    forms = [_form(name) for name, _, _ in rows]
    return OVERALL, [
        (name, _number(figure, form), _interval(figure, form), of)
        for (name, figure, of), form in zip(rows, forms, strict=True)
    ]


def _groups(title: str, groups: Mapping[str, GroupFigures]) -> Table:
    columns = (Column(heading=title, least=12), *GROUPS)
    rows = []
    for name, group in groups.items():
        wide, close, narrow, _ = group.sets
        figures = (
            group.accuracy,
            group.auc,
            wide.precision,
            wide.recall,
            wide.f1,
            close.f1,
            narrow.f1,
            group.top_in_family,
            group.accuracy_1,
            group.accuracy_2,
            group.p_score,
            group.octave_errors,
            group.triple_errors,
            group.unrelated_errors,
            group.false_paces,
            group.calibration_error,
        )
        errors = (group.aoe1, group.aoe2)
        cells = [*map(_number, figures), *(_number(error, "{:.3f}".format) for error in errors)]
        rows.append((name, str(group.songs), *cells))
    return columns, rows


def _reliability(rows: tuple[ReliabilityBin, ...]) -> Table:
    lines = []
    for row in rows:
        bounds = f"{row.low:.1f} to {row.high:.1f}"
        if row.promised is None or row.true is None:
            lines.append((bounds, "0", NONE, NONE, ""))
            continue
        bar = "#" * round(BAR * row.true)
        lines.append((bounds, str(row.cases), share(row.promised), share(row.true), bar))
    return RELIABILITY, lines


def _number(figure: Figure, form: Callable[[float], str] = share) -> str:
    return NONE if figure.value is None else form(figure.value)


def _form(name: str) -> Callable[[float], str]:
    """How the values of a figure are written."""
    if not name.endswith(IN_OCTAVES):
        return share
    return "{:.3f}".format if name.startswith("absolute") else _octaves


def _octaves(value: float) -> str:
    return f"{round(value, 3) + 0.0:+.3f}"  # what rounds to nothing is not below it


def _interval(figure: Figure, form: Callable[[float], str] = share) -> str:
    if figure.low is None or figure.high is None:
        return NONE
    return f"{form(figure.low)} to {form(figure.high)}"
