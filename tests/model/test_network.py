from dataclasses import asdict

import numpy as np
import pytest

from pacetag.model.network import (
    NetworkSettings,
    Stage0Settings,
    Stage1Settings,
    Stage2Settings,
    build_network,
    settings_from,
)
from pacetag.model.spec import FeatureSpec

pytest.importorskip("keras")


@pytest.mark.parametrize(
    ("settings", "parameters"),
    [(Stage0Settings(), 23_601), (Stage1Settings(), 95_553), (Stage2Settings(), 24_369)],
)
def test_the_networks_have_the_published_sizes(
    settings: NetworkSettings, parameters: int, spec: FeatureSpec
) -> None:
    assert build_network(settings, spec).count_params() == parameters


@pytest.mark.parametrize("settings", [Stage0Settings(), Stage1Settings(), Stage2Settings()])
def test_a_network_gives_one_logit_a_case(settings: NetworkSettings, spec: FeatureSpec) -> None:
    model = build_network(settings, spec)

    found = model.predict_on_batch(np.zeros((3, 16, 16, 128), np.float32))

    assert found.shape == (3, 1)


def test_settings_survive_json() -> None:
    settings = Stage2Settings(dense_units=7)
    data = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(settings).items()}

    assert settings_from(data) == settings


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError, match="stage9"):
        settings_from({"kind": "stage9"})
