"""What tests of the ear share."""

import pytest

from pacetag.model.spec import FeatureSpec


@pytest.fixture(scope="session")
def spec() -> FeatureSpec:
    return FeatureSpec()
