import numpy as np

from pacetag.model.training.cases.build import Megabatch
from pacetag.model.training.fitting.fit import octave_errors


def megabatch(*rows: tuple[str, float, int]) -> Megabatch:
    songs, bpms, labels = zip(*rows, strict=True)
    same = np.array(["same"] * len(rows))
    return Megabatch(
        cases=np.empty((len(rows), 1, 1, 1), np.float16),
        labels=np.array(labels, np.uint8),
        bpm=np.array(bpms, np.float32),
        song=np.array(songs),
        source=same,
        group=same,
        split=same,
    )


def test_wrong_tempos_an_octave_or_two_off_are_found() -> None:
    found = octave_errors(
        megabatch(
            ("waltz", 90.0, 0),
            ("march", 95.0, 0),
            ("waltz", 180.0, 1),
            ("march", 127.0, 1),
            ("waltz", 60.0, 1),
            ("waltz", 120.0, 0),  # the double of 60
            ("waltz", 45.5, 0),  # a quarter of 180, nearly
            ("waltz", 135.0, 0),
            ("waltz", 178.0, 0),
            ("silence", 60.0, 0),
        )
    )

    assert np.flatnonzero(found).tolist() == [0, 5, 6]
