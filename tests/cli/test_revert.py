# SPDX-License-Identifier: MIT
"""`sixrelay revert` below another root: files alone."""

import os

import pytest

from .test_cli import Machine

FILES = {
    "etc/ndppd.conf": "mine\n",
    "etc/wireguard/wg0.conf": "[Interface]\n",
    "etc/sysctl.d/99-wg-relay.conf": "",
}


@pytest.fixture
def machine(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    return Machine(root)


def contents(machine):
    """What is there, but for the state directory and what it stands in."""
    return {
        str(path.relative_to(machine.root)): (
            os.lstat(path).st_mode,
            os.readlink(path) if path.is_symlink() else path.is_file() and path.read_text(),
            path.is_dir() or os.lstat(path).st_mtime_ns,
        )
        for path in sorted(machine.root.rglob("*"))
        if path.relative_to(machine.root).parts[0] != "var"
    }


def revert(machine, *args):
    done = machine.recall("revert", *args)
    assert done.returncode == 0, done.stderr
    return done


def left(machine):
    state = machine.root / "var/lib/sixrelay"
    return sorted(str(p.relative_to(state)) for p in state.rglob("*") if not p.is_dir())


@pytest.mark.parametrize("own", [{}, FILES], ids=["empty", "own-files"])
def test_every_file_is_as_it_was(machine, own):
    for name, text in own.items():
        machine.write(name, text, 0o640)
    before = contents(machine)
    for _ in range(2):
        machine.apply()
        assert contents(machine) != before
        done = revert(machine)
        assert contents(machine) == before
        assert left(machine) == ["reverted"]
        assert "-----BEGIN SIXRELAY ROUTEROS REVERT SCRIPT home-----" in done.stdout
    assert revert(machine).stdout == "sixrelay: nothing to revert\n"
    assert contents(machine) == before


def test_nothing_was_applied(machine):
    assert revert(machine).stdout == "sixrelay: nothing to revert\n"
    assert list(machine.root.iterdir()) == []


def test_a_masked_unit_is_masked_again(machine):
    unit = machine.root / "etc/systemd/system/ndppd.service"
    unit.parent.mkdir(parents=True)
    unit.symlink_to("/dev/null")
    before = contents(machine)
    assert "ndppd.service was there before sixrelay" in machine.apply().stderr
    assert "[Service]" in unit.read_text()
    revert(machine)
    assert contents(machine) == before


def test_a_tunnel_of_another_name_goes_too(machine):
    before = contents(machine)
    machine.apply()
    machine.settings("[relay]\nwg_interface = wg-home\n")
    machine.apply()
    revert(machine)
    (machine.root / "etc/sixrelay.conf").unlink()
    (machine.root / "etc").rmdir()
    assert contents(machine) == before


def test_an_edit_is_kept_and_named(machine):
    machine.apply()
    machine.write("etc/ndppd.conf", "edited\n")
    done = revert(machine)
    assert "etc/ndppd.conf is not as sixrelay left it" in done.stderr
    assert left(machine) == ["kept/etc/ndppd.conf.1", "reverted"]
    machine.apply()
    assert machine.read("var/lib/sixrelay/kept/etc/ndppd.conf.1") == "edited\n"


def test_keys_of_before_stay_with_their_mode(machine):
    key = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\n"
    machine.write("etc/wireguard/server.key", key, 0o640)
    before = contents(machine)
    machine.apply()
    revert(machine)
    assert contents(machine) == before


def test_keys_stay_if_told_to(machine):
    machine.apply()
    keys = machine.keys()
    revert(machine, "--keep-keys")
    assert machine.keys() == keys
    assert sorted(p.name for p in (machine.root / "etc/wireguard").iterdir()) == [
        "mikrotik.key",
        "mikrotik.pub",
        "server.key",
        "server.pub",
    ]
    machine.apply()
    assert machine.keys() == keys


def test_settings_that_cannot_be_read_do_not_hold_it_up(machine):
    machine.apply()
    machine.settings("nonsense\n")
    done = revert(machine)
    assert "etc/sixrelay.conf:1" in done.stderr
    assert left(machine) == ["reverted"]


def test_status_says_it(machine):
    machine.apply()
    revert(machine)
    done = machine.recall("status")
    assert done.returncode == 1 and "reverted" in done.stderr


def test_the_rest_is_done_when_a_copy_is_gone(machine):
    machine.write("etc/ndppd.conf", "mine\n")
    machine.apply()
    copy = machine.root / "var/lib/sixrelay/before/etc/ndppd.conf"
    copy.rename(machine.root / "copy")
    done = machine.recall("revert")
    assert (
        done.returncode == 1 and "/etc/ndppd.conf: the copy of what it was is gone" in done.stderr
    )
    assert not (machine.root / "etc/wireguard").exists()
    assert "rule" in machine.read("etc/ndppd.conf")
    assert "-----BEGIN SIXRELAY ROUTEROS REVERT SCRIPT home-----" in done.stdout
    (machine.root / "copy").rename(copy)
    revert(machine)
    assert machine.read("etc/ndppd.conf") == "mine\n"
    assert left(machine) == ["reverted"]


def test_clearing_that_was_cut_short_is_ended(machine):
    """All is back, and the copies are gone already, but not the state."""
    machine.write("etc/ndppd.conf", "mine\n")
    machine.apply()
    state = machine.read("var/lib/sixrelay/state.json")
    revert(machine)
    machine.write("var/lib/sixrelay/state.json", state.replace("{", '{"reverted": "now",', 1))
    before = contents(machine)
    revert(machine)
    assert left(machine) == ["reverted"] and contents(machine) == before

    machine.write("var/lib/sixrelay/state.json", state.replace("{", '{"reverted": "now",', 1))
    machine.apply()
    assert machine.read("var/lib/sixrelay/before/etc/ndppd.conf") == "mine\n"
    revert(machine)
    assert contents(machine) == before


def lose_state(machine, how):
    """What can become of the state file, and what its owner does about it when told so."""
    state = machine.root / "var/lib/sixrelay/state.json"
    if how == "damaged":
        state.write_text("{")
        done = machine.recall("revert")
        assert done.returncode == 1 and "records.json" in done.stderr
        state.rename(machine.root / "damaged")
    else:
        state.unlink()


@pytest.mark.parametrize("how", ["damaged", "removed"])
def test_a_lost_state_has_a_second_copy(machine, how):
    for name, text in FILES.items():
        machine.write(name, text, 0o640)
    before = contents(machine)
    machine.apply()
    lose_state(machine, how)
    machine.settings("[relay]\nmtu = 1380\n")
    machine.apply()
    assert machine.read("var/lib/sixrelay/before/etc/ndppd.conf") == "mine\n"
    lose_state(machine, how)
    done = revert(machine)
    assert "kept" not in done.stderr
    (machine.root / "etc/sixrelay.conf").unlink()
    (machine.root / "damaged").unlink(missing_ok=True)
    assert contents(machine) == before


def test_without_any_record_nothing_is_claimed(machine):
    machine.write("etc/ndppd.conf", "mine\n")
    machine.apply()
    for name in ("state.json", "records.json"):
        (machine.root / "var/lib/sixrelay" / name).unlink()
    before = machine.tree()
    for command in ("revert", "apply"):
        done = machine.run(command) if command == "apply" else machine.recall(command)
        assert done.returncode == 1
        assert "state.json is gone" in done.stderr
        assert "/var/lib/sixrelay/before" in done.stderr
    assert machine.tree() == before


@pytest.mark.parametrize("settings", ["[site other]\n", "nonsense\n", ""])
def test_each_router_that_was_given_a_script_gets_one(machine, settings):
    """As it was given, whatever the settings say now."""
    machine.settings("[site cabin]\nrouter_interface = wg-six\nlan_bridge = lan\n")
    machine.apply()
    expected = machine.recall("script", "--revert").stdout
    assert "wg-six" in expected and '"lan"' in expected
    machine.settings(settings)
    done = revert(machine)
    assert "-----BEGIN SIXRELAY ROUTEROS REVERT SCRIPT cabin-----\n" + expected in done.stdout
    assert "BEGIN SIXRELAY ROUTEROS REVERT SCRIPT other" not in done.stdout
    assert "On the router:" in done.stdout


def test_where_a_link_leads_the_mode_stays(machine):
    key = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\n"
    machine.write("srv/server.key", key, 0o644)
    link = machine.root / "etc/wireguard/server.key"
    link.parent.mkdir(parents=True)
    link.symlink_to("/srv/server.key")
    before = contents(machine)
    for _ in range(2):
        machine.apply()
        assert (machine.root / "srv/server.key").stat().st_mode & 0o777 == 0o644
    revert(machine)
    assert contents(machine) == before


def test_a_directory_that_is_a_link_to_nowhere(machine):
    """A volume that isn't mounted."""
    (machine.root / "etc").mkdir()
    (machine.root / "etc/wireguard").symlink_to("/srv/nowhere")
    before = contents(machine)
    done = machine.run("apply")
    assert done.returncode == 1 and "/etc/wireguard" in done.stderr
    revert(machine)
    assert contents(machine) == before


def test_an_original_is_kept_once(machine):
    """As a revert that was cut short, or an apply, has left it."""
    machine.write("etc/ndppd.conf", "mine\n")
    machine.apply()
    machine.write("etc/ndppd.conf", "mine\n")
    assert "copy is kept" not in machine.apply().stderr
    assert not (machine.root / "var/lib/sixrelay/kept").exists()
    assert "rule" in machine.read("etc/ndppd.conf")


def test_the_timers_run_takes_no_revert_back(machine):
    """systemd may have looked for the marker before there was one."""
    before = contents(machine)
    machine.apply()
    revert(machine)
    done = machine.apply("--quiet")
    assert "nothing was applied" in done.stderr
    assert contents(machine) == before and left(machine) == ["reverted"]
    machine.apply()
    assert contents(machine) != before
