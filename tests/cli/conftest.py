# SPDX-License-Identifier: MIT
"""What several modules start from."""

import pytest

from .hostile import Place, make_template
from .hostile_documents import PLAIN
from .hostile_http import FOR_EVER
from .http_answers import Server


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    root = tmp_path_factory.mktemp("template") / "root"
    root.mkdir()
    return make_template(root, PLAIN)


@pytest.fixture
def place(tmp_path, template):
    return Place(tmp_path, template)


@pytest.fixture(scope="module")
def lasting_place(tmp_path_factory, template):
    return Place(tmp_path_factory.mktemp("hostile"), template)


@pytest.fixture
def unchanged(lasting_place):
    """A place for many tests, since each of them leaves it as it was."""
    yield lasting_place
    lasting_place.remake()


@pytest.fixture(scope="session")
def waiting(tmp_path_factory, template):
    """All of these wait for the deadline: at once, and while other tests run."""
    started = {}
    for name, answer in FOR_EVER.items():
        place = Place(tmp_path_factory.mktemp("waiting"), template)
        server = Server([answer])
        run = place.start("apply", place.applied, "--metadata", server.url, terminal=True)
        started[name] = place, server, run
    yield started
    for _, server, run in started.values():
        run.process.kill()
        run.process.wait()
        server.__exit__()
