"""What a person has set: the file of settings, its targets, and the watcher as a service."""

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from pacetag.tagger.config.file import read_config
from pacetag.tagger.config.values import Source, all_values
from pacetag.tagger.doctor.results import CheckResult, fault, ok, parted, warning
from pacetag.tagger.doctor.subject import Subject
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.service.installing import ServiceFacts, facts
from pacetag.tagger.service.managers import manager, usual_kind
from pacetag.tagger.service.state import WatcherState, watchers
from pacetag.tagger.service.values import ServiceError
from pacetag.tagger.targets.folder import folder_of
from pacetag.tagger.targets.manifest import read_manifest
from pacetag.tagger.targets.target import Target, faults_of, targets_of

SETTINGS, TARGETS, SERVICE = "settings", "targets", "service"
OF_FILE = "correct that line; `pacetag config` shows all settings"


def settings(_: Subject) -> Iterator[CheckResult]:
    """Yield the faults of the file of settings and of variables, and what they set."""
    values, faults = all_values()
    for sentence in faults:
        what, advice = parted(sentence, OF_FILE)
        yield fault(SETTINGS, what, advice=advice)
    file = read_config()
    place = "there is no home folder for a file" if file.path is None else str(file.path)
    if not faults and not file.exists and file.path is not None:
        place += " (not there, and need not be)"
    set_to = sum(each.source is not Source.DEFAULT for each in values)
    if not faults:
        yield ok(SETTINGS, f"{place}: {set_to} settings are set", figure=set_to, unit="settings")


def targets(_: Subject) -> Iterator[CheckResult]:
    """Yield whether each target of the file of settings is right and can be written now."""
    for target in targets_of(_values()).values():
        yield _target(target)


def _values() -> Mapping[str, Any]:
    return read_config().values


def _target(target: Target) -> CheckResult:
    for sentence in faults_of(target):
        what, advice = parted(sentence.replace(": write ", "; write "), OF_FILE)
        return fault(TARGETS, what, advice=advice)
    try:
        folder = folder_of(target)
        read_manifest(folder)
    except TaggerError as error:
        what, there, advice = str(error).rpartition(": ")
        if ";" in advice or not there:
            what, advice = parted(str(error), "")
        return warning(TARGETS, what, advice=advice or "`pacetag target check` says more")
    return ok(TARGETS, f"{target.name}: {folder} is there and can be written")


def service(subject: Subject) -> Iterator[CheckResult]:
    """Yield whether the watcher is installed and runs, and what the system knows of it."""
    try:
        yield from _installed(facts(manager(usual_kind())))
    except ServiceError as error:
        what, advice = parted(str(error), "start `pacetag watch` yourself")
        yield warning(SERVICE, what, advice=advice)
    try:
        found = watchers(subject.index_file)
    except TaggerError:  # which the check of the index reports
        return
    for each in found:
        yield _watcher(each)


def _installed(found: ServiceFacts) -> Iterator[CheckResult]:
    if not found.installed:
        yield ok(
            SERVICE,
            "the watcher is not installed as a service",
            advice="`pacetag service install FOLDER` has the system keep it running",
        )
        return
    if found.refusal is not None:
        what, advice = parted(found.refusal, "`pacetag service status` says more")
        yield warning(SERVICE, what, advice=advice)
    elif not found.running:
        yield warning(
            SERVICE,
            f"{found.file}: installed, but not running",
            advice="`pacetag service start`; `pacetag service logs` says why it ended",
        )
    else:
        yield ok(SERVICE, f"{found.file}: installed and running")
    if found.changed:
        yield warning(
            SERVICE,
            f"{found.file}: was changed since pacetag wrote it",
            advice="keep it as it is, or remove it and run `pacetag service install FOLDER`",
        )


def _watcher(state: WatcherState) -> CheckResult:
    process, its_version = state.told.get("pid"), state.told.get("version")
    who = f"the watcher (process {process}, pacetag {its_version})"
    again = "end it, and start it again: `pacetag service stop`, `pacetag service start`"
    if not state.lives:
        return warning(SERVICE, f"{who} was killed, it seems", advice="start `pacetag watch` again")
    if state.is_late():
        return warning(SERVICE, f"{who} is late with its look at everything", advice=again)
    if its_version != version("pacetag"):
        return warning(SERVICE, f"{who} is not of this version", advice=again)
    return ok(SERVICE, f"{who} runs; `pacetag status` says what it does")
