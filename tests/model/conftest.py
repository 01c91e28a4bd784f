"""Fixtures for the tests of the model."""

import pytest

from pacetag.model.spec import FeatureSpec


@pytest.fixture(scope="session")
def spec() -> FeatureSpec:
    return FeatureSpec()
