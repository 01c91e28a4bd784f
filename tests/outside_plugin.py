"""Shows each test only the programs and fonts that it names, and lists those that are missing."""

import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.outside import PACKAGES, Outside, packages

ABSENT = "outside"  # property of a report: the missing names


class OutsidePlugin:
    """Hides programs and fonts, except from tests and fixtures that name them.

    A fixture with a wider scope than a test sees only its own needs, never those of the test that
    happened to ask for it first.
    """

    def __init__(self, *, bare: bool) -> None:
        self._bare = bare
        self._folder = Path(tempfile.mkdtemp(prefix="pacetag-outside-"))
        before = dict(os.environ)
        self._outside = Outside(
            self._folder,
            path=before.get("PATH", ""),
            share=before.get("PACETAG_SHARE", "/usr/share"),
            bare=bare,
        )
        self._before = {name: before.get(name) for name in self._outside.environment}
        os.environ.update(self._outside.environment)
        self._on = True
        sys.addaudithook(self._audit)

    def pytest_unconfigure(self) -> None:
        self._on = False
        for name, value in self._before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
        shutil.rmtree(self._folder)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Fail a test that runs a program by another way than PATH without naming it."""
        if self._on and event == "subprocess.Popen":
            command, _, _, environment = arguments
            path = (os.environ if environment is None else environment).get("PATH", "")
            if self._outside.hides(os.fsdecode(command), os.fsdecode(path)):
                pytest.fail(f"{os.fsdecode(command)} is run, but not named as outside")

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Mark tests with the needs of their fixtures; with --bare, keep only files with needs."""
        for item in items:
            if found := tuple(_needs_of_fixtures(item)):
                item.add_marker(pytest.mark.outside(*found))
            if unknown := _named(item) - PACKAGES.keys():
                raise pytest.UsageError(
                    f"{item.nodeid}: not in tests/outside.py: {', '.join(sorted(unknown))}"
                )
        if self._bare:
            files = {item.path for item in items if _named(item)}
            config.hook.pytest_deselected(items=[i for i in items if i.path not in files])
            items[:] = [item for item in items if item.path in files]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if absent := self._outside.absent(sorted(_named(item))):
            item.user_properties.append((ABSENT, absent))
            pytest.skip(f"not installed: {', '.join(absent)}")
        self._outside.show(_named(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any]
    ) -> Generator[None, object, object]:
        if fixturedef.scope == "function":
            return (yield)
        before = self._outside.show(getattr(fixturedef.func, "outside", ()))
        try:
            return (yield)
        finally:
            self._outside.show(before)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self) -> None:
        self._outside.show(())


class MissingSummary:
    """Prints at the very end what was missing and the command that installs it."""

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
        skipped = reporter.stats.get("skipped", []) if reporter else []
        absent = [dict(report.user_properties).get(ABSENT) for report in skipped]
        if any(absent):
            names = {name for each in absent for name in each or ()}
            count = sum(each is not None for each in absent)
            reporter.write_line(f"Tests skipped: {count}. They need {', '.join(sorted(names))}.")
            reporter.write_line(f"sudo apt-get install {' '.join(packages(names))}")


def _named(item: pytest.Item) -> set[str]:
    return {name for mark in item.iter_markers("outside") for name in mark.args}


def _needs_of_fixtures(item: pytest.Item) -> Iterator[str]:
    known: dict[str, Any] = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
    for fixtures in known.values():
        for fixture in fixtures:
            yield from getattr(fixture.func, "outside", ())
