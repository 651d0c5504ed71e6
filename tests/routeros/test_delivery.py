# SPDX-License-Identifier: MIT
"""A paste is not an import."""

import pytest

from . import ModelError, factory, import_, paste

BOTH = pytest.mark.parametrize("deliver", [import_, paste])


def names(router):
    return [row["name"] for row in router.rows("/interface/list")][2:]


def test_an_error_stops_an_import_but_only_a_line_of_a_paste():
    lines = '/interface/list/add name=a\n:error "no"\n/interface/list/add name=b\n'
    router = factory()
    assert import_(router, lines).errors == ["no"]
    assert names(router) == ["a"]
    router = factory()
    assert paste(router, lines).errors == ["no"]
    assert names(router) == ["a", "b"]


@BOTH
def test_an_error_stops_a_whole_block(deliver):
    router = factory()
    report = deliver(router, '{\n/interface/list/add name=a\n:error "no"\n:put done\n}\n')
    assert report.errors == ["no"]
    assert report.output == []
    assert names(router) == ["a"]


@BOTH
def test_a_chain_of_semicolons_stops_at_its_first_error(deliver):
    report = deliver(factory(), ':put 1; :error "no"; :put 2')
    assert report.output == ["1"]


def test_a_syntax_error_stops_an_import_at_its_line():
    router = factory()
    report = import_(router, "/interface/list/add name=a\nnonsense\n/interface/list/add name=b")
    assert "line 2" in report.errors[0]
    assert names(router) == ["a"]


def test_a_syntax_error_in_a_pasted_block_lets_the_rest_loose():
    router = factory()
    report = paste(
        router,
        "{\n/interface/list/add name=a\n/interface/list/add nmae=b\n"
        "/interface/list/add name=c\n:if (true) do={\n/interface/list/add name=d\n}\n}\n:put end\n",
    )
    assert names(router) == ["c", "d"]
    assert report.output == ["end"]
    assert len(report.errors) == 2  # the bad line, and the brace that closes nothing


def test_a_missing_argument_fails_an_import():
    report = import_(factory(), "/interface/list/add comment=x\n:put 1\n")
    assert report.errors == ["missing value(s) of argument(s) name (/interface/list/add)"]
    assert report.output == []


def test_a_missing_argument_eats_the_next_pasted_line():
    router = factory()
    report = paste(router, "/interface/list/add comment=x\n:put 1\n:put 2\n")
    assert names(router) == [":put 1"]
    assert report.output == ["name: ", "2"]


def test_a_local_lives_for_one_pasted_line():
    assert paste(factory(), ":local x 1\n:put [:typeof $x]").output == ["nothing"]
    assert paste(factory(), ":local x 1; :put $x").output == ["1"]
    assert import_(factory(), ":local x 1\n:put $x").output == ["1"]


def test_the_menu_stays_between_pasted_lines():
    router = factory()
    paste(router, "/interface/list\nadd name=a\n/interface list add name=b\nadd name=c")
    assert names(router) == ["a", "b", "c"]


def test_an_unfinished_block_never_runs():
    router = factory()
    report = paste(router, "{\n/interface/list/add name=a\n")
    assert names(router) == []
    assert len(report.errors) == 1


def test_a_tab_must_not_be_pasted():
    with pytest.raises(ModelError):
        paste(factory(), "{\n\t:put 1\n}")
    assert import_(factory(), "{\n\t:put 1\n}").output == ["1"]
