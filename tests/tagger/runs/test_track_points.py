"""GPX and TCX files of several makers, and what an XML file may attack with."""

import tracemalloc
from pathlib import Path

import pytest

from pacetag.tagger.runs.proposal import propose
from pacetag.tagger.runs.reading import read_run
from pacetag.tagger.runs.run import RunFileError
from pacetag.tagger.runs.track_points import track_parts
from tests.tagger.runs.recordings import (
    CLUE_TRUST,
    STEADY,
    TRACK_POINT,
    gpx,
    tcx,
    tcx_activity,
)

NS3 = "<ns3:TrackPointExtension><ns3:cad>{0}</ns3:cad></ns3:TrackPointExtension>"
V2 = (
    "<gpxtpx:TrackPointExtension><gpxtpx:hr>150</gpxtpx:hr><gpxtpx:cad>{0}</gpxtpx:cad>"
    "<gpxtpx:speed>2.9</gpxtpx:speed></gpxtpx:TrackPointExtension>"
)
GPX_OF = {
    "Garmin": gpx(STEADY, cadence=NS3, declared=TRACK_POINT.format("ns3", 1)),
    "Strava": gpx(STEADY, sport="9"),
    "Polar": gpx(STEADY, creator="Polar Flow", sport="RUNNING", factor=1.0),
    "Suunto": gpx(
        STEADY,
        creator="Movescount - http://www.movescount.com",
        cadence="<gpxdata:cadence>{0}</gpxdata:cadence><gpxdata:speed>2.9</gpxdata:speed>",
        declared=CLUE_TRUST,
        sport=None,
    ),
    "Coros": gpx(STEADY, creator="COROS", cadence="<cadence>{0}</cadence>", factor=1.0),
    "Apple, by HealthFit": gpx(
        STEADY,
        creator="HealthFit",
        cadence=V2,
        declared=TRACK_POINT.format("gpxtpx", 2),
        factor=1.0,
    ),
    "without namespaces": gpx(STEADY, cadence=NS3, declared=""),
}
TCX_OF = {
    "Garmin": tcx(tcx_activity(STEADY)),
    "Polar": tcx(tcx_activity(STEADY, cadence="<Cadence>{0}</Cadence>")),
    "in steps": tcx(tcx_activity(STEADY, cadence="<Cadence>{0}</Cadence>", factor=1.0)),
    "with both": tcx(
        tcx_activity(
            STEADY,
            cadence="<Cadence>0</Cadence><Extensions><x:TPX xmlns:x='y'><x:RunCadence>{0}"
            "</x:RunCadence></x:TPX></Extensions>",
        )
    ),
}


@pytest.mark.parametrize("maker", GPX_OF)
def test_the_gpx_files_of_a_maker_are_read(maker: str, tmp_path: Path) -> None:
    path = tmp_path / "run.gpx"
    path.write_text(GPX_OF[maker])

    run = read_run(path)

    assert (run.format, len(run.samples)) == ("GPX", 1200)
    assert propose(run).cadence == 165
    assert run.samples[-1].speed == pytest.approx(2.75, abs=0.2)


@pytest.mark.parametrize("maker", TCX_OF)
def test_the_tcx_files_of_a_maker_are_read(maker: str, tmp_path: Path) -> None:
    path = tmp_path / "run.tcx"
    path.write_text(TCX_OF[maker])

    run = read_run(path)

    assert (run.format, run.sport, len(run.samples)) == ("TCX", "Running", 1200)
    assert propose(run).cadence == 165


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_files_in_other_encodings_are_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "run.gpx"
    declared = encoding.removesuffix("-sig")
    path.write_text(gpx(STEADY).replace('encoding="UTF-8"', f'encoding="{declared}"'), encoding)

    assert len(read_run(path).samples) == 1200


def test_the_running_of_several_activities_counts(tmp_path: Path) -> None:
    path = tmp_path / "race.tcx"
    ride = tcx_activity(((600, 180.0),), sport="Biking")
    path.write_text(tcx(ride, tcx_activity(STEADY, after=700)))

    run = read_run(path)

    assert len(run.samples) == 1200
    assert run.notes == ("Only the running counts; the file also holds biking (9:59).",)


def test_points_without_a_time_or_with_odd_numbers_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "run.gpx"
    odd = (
        "<trkpt><time>yesterday</time></trkpt><trkpt/>"
        '<trkpt lat="x" lon="nan"><time>2024-05-01T06:59:59</time><cad>inf</cad></trkpt>'
    )
    path.write_text(gpx(STEADY).replace("<trkseg>", f"<trkseg>{odd}", 1))

    run = read_run(path)

    assert len(run.samples) == 1201
    assert run.samples[0].cadence is None


def test_a_ride_without_a_named_sport_is_known_by_its_speed(tmp_path: Path) -> None:
    path = tmp_path / "ride.gpx"
    uphill = gpx(((900, 170.0),), sport=None, length=1.2)
    points = gpx(((1200, 170.0),), sport=None, length=2.6).partition("<trkseg>")[2]
    later = points.replace("2024-05-01T07", "2024-05-01T08")
    path.write_text(uphill.replace("</trkseg></trk></gpx>", later))

    with pytest.raises(RunFileError, match=r"too fast for a run; it looks like cycling$"):
        read_run(path)


@pytest.mark.parametrize(
    ("sport", "name"),
    [("cycling", "cycling"), ("Ride", "ride"), ("1", "cycling"), ("mountain_biking", "mountain b")],
)
def test_another_sport_is_refused_by_its_name(sport: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / "ride.gpx"
    path.write_text(gpx(STEADY, sport=sport))

    with pytest.raises(RunFileError, match=f"a recording of {name}.*, not of a run"):
        read_run(path)


BOMB = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(1, 9))


@pytest.mark.parametrize(
    "declaration",
    [
        f'<!DOCTYPE gpx [<!ENTITY a1 "aaaaaaaaaa">{BOMB}]>',
        '<!DOCTYPE gpx [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE gpx SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
    ids=["bomb", "file", "network"],
)
def test_declarations_of_types_and_entities_are_refused(declaration: str, tmp_path: Path) -> None:
    path = tmp_path / "run.gpx"
    path.write_text(gpx(STEADY, sport="&a9;").replace("<gpx ", f"{declaration}<gpx ", 1))

    with pytest.raises(RunFileError, match="document type declaration"):
        read_run(path)


def test_elements_within_each_other_cost_no_memory() -> None:
    content = b"<gpx>" + b"<trk><type>" * 200_000

    tracemalloc.start()
    try:
        with pytest.raises(RunFileError, match="cut off"):
            track_parts(Path("run.gpx"), content)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("end", [1, 100, 4000, -1])
@pytest.mark.parametrize("content", [GPX_OF["Garmin"], TCX_OF["Garmin"]], ids=["gpx", "tcx"])
def test_a_file_that_is_cut_off_is_one_sentence(content: str, end: int, tmp_path: Path) -> None:
    path = tmp_path / "run.xml"
    path.write_text(content[:end])

    with pytest.raises(RunFileError, match=r"cut off|no recording"):
        read_run(path)
