from dataclasses import replace

import pytest

from pacetag.model.spec import FeatureSpec


def test_the_frame_rate_is_not_rounded(spec: FeatureSpec) -> None:
    assert spec.frame_rate == pytest.approx(86.1328125)


def test_lag_and_bpm_undo_each_other(spec: FeatureSpec) -> None:
    assert spec.bpm(spec.lag(172.3)) == pytest.approx(172.3)


def test_any_other_number_gives_another_fingerprint(spec: FeatureSpec) -> None:
    changed = {
        name: replace(spec, **{name: getattr(spec, name) + 1}).fingerprint
        for name in spec.__dataclass_fields__
    }

    assert len({spec.fingerprint, *changed.values()}) == len(changed) + 1
