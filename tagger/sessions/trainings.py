"""Trainings that are kept in the file of settings, and what is wrong with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pacetag.tagger.config.table import PARTS, TARGET, TRAINING
from pacetag.tagger.filters.errors import QueryError
from pacetag.tagger.filters.query import parse_query
from pacetag.tagger.playlist.tolerance import parse_tolerance
from pacetag.tagger.sessions.grammar import EXAMPLE, parse_plan
from pacetag.tagger.sessions.plan import Block, Plan
from pacetag.tagger.sessions.plan_errors import PlanError


@dataclass(frozen=True, kw_only=True)
class Training:
    """A table [training.NAME]."""

    name: str
    plan: str | None = None
    query: str | None = None  # which songs may come
    tolerance: str | None = None  # as --tolerance takes it
    target: Path | None = None  # the file that the playlist is written to
    to: str | None = None  # the name of the target that it is copied to


@dataclass(frozen=True, kw_only=True)
class Trainings:
    """All trainings by name, and the parts of plans beside them."""

    by_name: Mapping[str, Training] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    targets: frozenset[str] = frozenset()  # names of [target.NAME]

    @property
    def texts(self) -> dict[str, str]:
        """What a name in a plan stands for; a part stands above a training."""
        plans = {name: each.plan for name, each in self.by_name.items() if each.plan is not None}
        return {**plans, **self.parts}

    def plan(self, name: str) -> Plan:
        """Return the plan of a training that has one. Raises PlanError."""
        training = self.by_name[name]
        if training.plan is None:
            raise PlanError(f'there is no plan: write plan = "{EXAMPLE}"', "plan", 0, 4)
        # A part of the same name is another text, which the plan may hold.
        return parse_plan(training.plan, self.texts, name=None if name in self.parts else name)


def trainings_of(values: Mapping[str, Any]) -> Trainings:
    """Return the trainings of the values in the file of settings (`config.file.read_config`)."""
    found: dict[str, dict[str, Any]] = {}
    parts: dict[str, str] = {}
    targets: set[str] = set()
    for key, value in values.items():
        table, *names = key.split(".")
        if table == TRAINING:
            found.setdefault(names[0], {})[names[1]] = value
        elif table == PARTS:
            parts[names[0]] = value
        elif table == TARGET:
            targets.add(names[0])
    return Trainings(
        by_name={name: _training(name, keys) for name, keys in found.items()},
        parts=parts,
        targets=frozenset(targets),
    )


def _training(name: str, keys: dict[str, Any]) -> Training:
    """A training; its `target` is a path, or a text where it names a target."""
    if isinstance(keys.get("target"), str):
        keys = {**keys, "target": None, "to": keys["target"]}
    return Training(name=name, **keys)


def faults_of(trainings: Trainings, name: str) -> Iterator[list[str]]:
    """Yield what would fail in a training: lines of text for each fault."""
    training, source = trainings.by_name[name], f"[{TRAINING}.{name}]"
    if name in trainings.parts:
        yield [f"{source}: [{PARTS}] has a `{name}`, too, which plans take for that name"]
    blocks: tuple[Block, ...] = ()
    try:
        blocks = trainings.plan(name).blocks
    except PlanError as error:
        yield error.lines(f"{source} plan")
    if training.tolerance is not None:
        for block in dict.fromkeys(blocks):
            try:
                parse_tolerance(training.tolerance, block.lowest)
            except ValueError as error:
                yield [f"{source} tolerance: {error}"]
                break
    if training.query is not None:
        try:
            parse_query(training.query, "query")
        except QueryError as error:
            yield [f"{source} {error}"]
    if training.to is not None and training.to not in trainings.targets:
        yield [f"{source} target: there is no [{TARGET}.{training.to}]; write one, or a path"]


def part_faults(trainings: Trainings) -> Iterator[list[str]]:
    """Yield what would fail in the parts."""
    for name, text in trainings.parts.items():
        try:
            parse_plan(text, trainings.texts, name=name)
        except PlanError as error:
            yield error.lines(f"[{PARTS}] {name}")
