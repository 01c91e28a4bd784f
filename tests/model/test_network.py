import numpy as np
import pytest

from pacetag.model.network import (
    NetworkSettings,
    Stage0Settings,
    Stage2Settings,
    build_network,
)
from pacetag.model.spec import FeatureSpec

pytestmark = pytest.mark.usefixtures("keras")


@pytest.mark.parametrize(
    ("settings", "parameters"),
    [(Stage0Settings(), 23_601), (Stage2Settings(), 24_369)],
)
def test_the_networks_have_the_published_sizes(
    settings: NetworkSettings, parameters: int, spec: FeatureSpec
) -> None:
    assert build_network(settings, spec).count_params() == parameters


@pytest.mark.parametrize("settings", [Stage0Settings(), Stage2Settings()])
def test_a_network_gives_one_logit_a_case(settings: NetworkSettings, spec: FeatureSpec) -> None:
    model = build_network(settings, spec)

    found = model.predict_on_batch(np.zeros((3, 16, 16, 128), np.float32))

    assert found.shape == (3, 1)
