"""What the tests of the datasets share."""

import pytest

from rnn_utils.datasets.registry_package import FetchError


@pytest.fixture
def cut_off(monkeypatch):
    """A function that leaves a dataset's module without a network."""

    def no_network(package, members):
        raise FetchError("no network")

    return lambda module: monkeypatch.setattr(module, "read_members", no_network)
