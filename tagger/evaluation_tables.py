"""An evaluation as tables for people."""

from collections.abc import Iterator, Mapping
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from pacetag.model.evaluation.bootstrap import Figure
from pacetag.model.evaluation.figures import GroupFigures
from pacetag.model.evaluation.reliability import ReliabilityBin
from pacetag.model.evaluation.report import EvaluationReport
from pacetag.tagger.consoles import table_console
from pacetag.tagger.wording import clock, printable, songs

BAR = 20  # signs for all of them
NONE = "-"


def print_report(report: EvaluationReport, stream: TextIO | None = None) -> None:
    """Print every figure but the single songs."""
    console = table_console(stream)
    console.print(Text(_headline(report)))
    for table in _tables(report):
        console.print(table)


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


def _table(*headings: str) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column(headings[0], overflow="fold")
    for heading in headings[1:]:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _overall(group: GroupFigures) -> Table:
    table = _table("figure", "value", "95 % interval", "of")
    beat, cases = f"{songs(group.with_a_beat)} with a beat", f"{group.cases} cases"
    claims = f"{group.claims} claimed paces"
    rows = [
        ("accuracy", group.accuracy, cases),
        ("balanced accuracy", group.balanced_accuracy, cases),
        ("AUC", group.auc, cases),
        ("expected calibration error", group.calibration_error, cases),
    ]
    for span in group.sets:
        where = f"{span.low:g}-{span.high:g} at ±{span.tolerance:.0%}"
        rows += [
            (f"set precision, {where}", span.precision, beat),
            (f"set recall, {where}", span.recall, beat),
            (f"set F1, {where}", span.f1, beat),
        ]
    rows += [
        ("most confident pace in the metrical family", group.top_in_family, beat),
        ("some pace claimed", group.with_a_pace, beat),
        ("a right pace claimed", group.right_pace, beat),
        ("octave errors (2, 4, 1/2, 1/4)", group.octave_errors, claims),
        ("triple errors (3, 1/3, 3/2, 2/3 ...)", group.triple_errors, claims),
        ("unrelated errors", group.unrelated_errors, claims),
        ("false paces", group.false_paces, f"{songs(group.beatless)} without a beat"),
    ]
    for name, figure, of in rows:
        table.add_row(name, _number(figure), _interval(figure), of)
    return table


def _groups(title: str, groups: Mapping[str, GroupFigures]) -> Table:
    table = _table(title, "songs", "accuracy", "AUC", "precision", "recall", "F1", "F1 ±2%")
    for heading in ("F1 140-195", "in family", "octave", "triple", "unrelated", "false", "ECE"):
        table.add_column(heading, justify="right", no_wrap=True)
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
            group.octave_errors,
            group.triple_errors,
            group.unrelated_errors,
            group.false_paces,
            group.calibration_error,
        )
        table.add_row(Text(printable(name)), str(group.songs), *map(_number, figures))
    return table


def _reliability(rows: tuple[ReliabilityBin, ...]) -> Table:
    table = _table("probability", "cases", "promised", "came true")
    table.add_column("", no_wrap=True)
    for row in rows:
        bounds = f"{row.low:.1f} to {row.high:.1f}"
        if row.promised is None or row.true is None:
            table.add_row(bounds, "0", NONE, NONE, "")
            continue
        bar = "#" * round(BAR * row.true)
        table.add_row(bounds, str(row.cases), f"{row.promised:.3f}", f"{row.true:.3f}", bar)
    return table


def _number(figure: Figure) -> str:
    return NONE if figure.value is None else f"{figure.value:.3f}"


def _interval(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return NONE
    return f"{figure.low:.3f} to {figure.high:.3f}"
