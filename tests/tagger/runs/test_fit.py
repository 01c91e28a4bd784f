"""FIT files: of a kept encoder, and made of bytes for what watches and sensors do."""

import sys
from pathlib import Path
from typing import Any

import pytest
from fit_tool import FitFileBuilder
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.messages.session_message import SessionMessage
from fit_tool.profile.profile_type import FileType, Sport

from pacetag.tagger.errors import MissingExtraError
from pacetag.tagger.runs.proposal import propose
from pacetag.tagger.runs.reading import read_run
from pacetag.tagger.runs.run import RunFileError
from tests.tagger.runs.recordings import (
    CADENCE,
    CADENCE_256,
    CYCLING,
    FIT_START,
    FRACTION,
    RECORD,
    RUNNING,
    SENSOR_FIELD,
    SENSOR_ID,
    START,
    STEADY,
    SWIMMING,
    TIME,
    Field,
    Values,
    fit_file,
    message,
    records,
    session,
)

STRYD = Field(0, "B", 0x02)


def sample_of(folder: Path, *messages: bytes) -> float | None:
    path = folder / "run.fit"
    path.write_bytes(fit_file(*messages, record({CADENCE: 80}, after=1)))
    return read_run(path).samples[0].cadence


def record(values: Values, sensors: Values | None = None, after: int = 0) -> bytes:
    return message(RECORD, {TIME: FIT_START + after, **values}, sensors)


def sensor(name: bytes, native: int | None = None) -> bytes:
    """The description of a sensor's field."""
    known: dict[Field, int | bytes] = {
        Field(0, "B", 0x02): 0,
        Field(1, "B", 0x02): STRYD.number,
        Field(2, "B", 0x02): STRYD.base,
        Field(3, "16s", 0x07): name,
        Field(8, "8s", 0x07): b"RPM",
    }
    if native is not None:
        known[Field(15, "B", 0x02)] = native
    return message(SENSOR_ID, {Field(3, "B", 0x02): 0}) + message(SENSOR_FIELD, known)


def test_a_file_of_a_kept_encoder_is_read(tmp_path: Path) -> None:
    start = round(START.timestamp() * 1000)
    builder: Any = FitFileBuilder(auto_define=True)
    head: Any = FileIdMessage()
    head.type = FileType.ACTIVITY
    builder.add(head)
    for second in range(0, 600, 5):
        one: Any = RecordMessage()
        one.timestamp, one.cadence, one.fractional_cadence = start + 1000 * second, 79, 0.5
        one.enhanced_speed = 2.75
        builder.add(one)
    whole: Any = SessionMessage()
    whole.sport, whole.start_time, whole.total_elapsed_time = Sport.RUNNING, start, 600.0
    builder.add(whole)
    path = tmp_path / "run.fit"
    path.write_bytes(builder.build_bytes())

    run = read_run(path)

    assert (run.format, run.sport, len(run.samples)) == ("FIT", "running", 120)
    assert run.samples[0].time == START.timestamp()
    assert (run.samples[0].cadence, run.samples[0].speed) == (79.5, 2.75)
    assert propose(run).cadence == 159


def test_whole_and_fractional_strides_are_added(tmp_path: Path) -> None:
    assert sample_of(tmp_path, record({CADENCE: 79, FRACTION: 64})) == 79.5


def test_cadence_in_256ths_is_read(tmp_path: Path) -> None:
    assert sample_of(tmp_path, record({CADENCE_256: 82 * 256 + 128})) == 82.5


def test_a_missing_cadence_is_none_and_a_stop_is_zero(tmp_path: Path) -> None:
    assert sample_of(tmp_path, record({CADENCE: 0xFF})) is None
    assert sample_of(tmp_path, record({CADENCE: 0})) == 0


@pytest.mark.parametrize(("name", "native"), [(b"Cadence", None), (b"Footpod", 4)])
def test_a_sensors_own_field_counts_where_the_watch_has_none(
    tmp_path: Path, name: bytes, native: int | None
) -> None:
    assert sample_of(tmp_path, sensor(name, native), record({}, {STRYD: 86})) == 86
    assert sample_of(tmp_path, sensor(name, native), record({CADENCE: 80}, {STRYD: 86})) == 80


def test_other_fields_of_a_sensor_are_no_cadence(tmp_path: Path) -> None:
    assert sample_of(tmp_path, sensor(b"Power", 7), record({}, {STRYD: 86})) is None


def test_the_running_of_a_triathlon_counts(tmp_path: Path) -> None:
    path = tmp_path / "race.fit"
    path.write_bytes(
        fit_file(
            records(((300, 60.0),)),
            records(((300, 180.0),), after=300),
            records(((600, 170.0),), after=610),
            session(SWIMMING, seconds=299),
            session(CYCLING, seconds=299, after=300),
            session(RUNNING, seconds=600, after=610),
        )
    )

    run = read_run(path)

    assert (run.sport, len(run.samples)) == ("running", 600)
    said = "Only the running counts; the file also holds swimming (4:59), cycling (4:59)."
    assert run.notes == (said,)
    assert propose(run).cadence == 170


def test_a_ride_is_no_run(tmp_path: Path) -> None:
    path = tmp_path / "ride.fit"
    path.write_bytes(fit_file(records(STEADY), session(CYCLING, seconds=1200)))

    with pytest.raises(RunFileError, match=r"a recording of cycling, not of a run$"):
        read_run(path)


def test_a_file_without_a_session_is_taken_for_a_run(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(fit_file(records(STEADY)))

    assert read_run(path).notes == (
        "The file does not say which sport it is; it is taken for a run.",
    )


@pytest.mark.parametrize("end", [5, 13, 200, -3, -1])
def test_a_file_that_is_cut_off_is_one_sentence(tmp_path: Path, end: int) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(fit_file(records(STEADY))[:end])

    with pytest.raises(RunFileError, match=r"cut off|no recording"):
        read_run(path)


def test_a_wrong_checksum_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    content = bytearray(fit_file(records(STEADY)))
    content[2000] ^= 1
    path.write_bytes(content)

    with pytest.raises(RunFileError, match="damaged or cut off; export the run again"):
        read_run(path)


def test_without_fitdecode_the_command_that_installs_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(fit_file(records(STEADY)))
    monkeypatch.setitem(sys.modules, "fitdecode", None)

    with pytest.raises(MissingExtraError, match="reading FIT files needs packages"):
        read_run(path)
