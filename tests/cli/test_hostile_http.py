# SPDX-License-Identifier: MIT
"""A metadata service that answers badly, slowly, without an end, or with a way elsewhere."""

import pytest

from .hostile import tree
from .hostile_http import (
    ACCEPTED,
    GOOD,
    REDIRECTS,
    REFUSED,
    REPEATED,
    STATUSES,
    TARGETS,
    with_status,
)
from .http_answers import Server


@pytest.fixture(scope="module", autouse=True)
def begin_to_wait(waiting):
    """What test_hostile_waiting.py waits for goes on meanwhile."""
    return waiting


def refuse(place, answer, words):
    with Server([answer, GOOD]) as server:
        for run in (
            place.start("apply", place.empty, "--metadata", server.url, terminal=True),
            place.start("apply", place.applied, "--metadata", server.url),
        ):
            server.answers = [answer, answer, GOOD]
            place.assert_error(run.wait(), 1, ["metadata: ", words])
        assert len(server.requests) == 2, "asked again"
    assert place.trees() == place.made


@pytest.mark.parametrize("name", REFUSED)
def test_refused(unchanged, name):
    refuse(unchanged, *REFUSED[name])


@pytest.mark.parametrize("status", STATUSES)
def test_another_status(unchanged, status):
    refuse(unchanged, with_status(status), f": HTTP status {status[:3]} (200 is expected)")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("status", REDIRECTS)
def test_a_redirect_is_not_followed(unchanged, status, target):
    with Server([GOOD]) as elsewhere:
        host = elsewhere.url.removeprefix("http://")
        target = target.replace("URL", elsewhere.url).replace("HOST", host)
        answer = with_status(f"{status} Elsewhere", f"Location: {target}")
        refuse(unchanged, answer, f": HTTP status {status} (200 is expected)")
        assert not elsewhere.requests


@pytest.mark.parametrize("name", REPEATED)
def test_asked_again(place, name):
    """What came first leaves no trace: the relay is there already, and nothing is to be done."""
    before = tree(place.applied)
    with Server([REPEATED[name], GOOD]) as server:
        done = place.assert_applies(place.applied, "--metadata", server.url)
        assert len(server.requests) == 2
    assert done.words().endswith("; trying again")
    assert b"nothing to do" in done.stdout
    assert tree(place.applied) == before


@pytest.mark.parametrize("name", ACCEPTED)
def test_taken(place, name):
    before = tree(place.applied)
    with Server([ACCEPTED[name]]) as server:
        done = place.assert_applies(place.applied, "--metadata", server.url)
        assert len(server.requests) == 1
    assert b"nothing to do" in done.stdout and not done.stderr
    assert tree(place.applied) == before
