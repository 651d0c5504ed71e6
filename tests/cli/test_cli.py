# SPDX-License-Identifier: MIT
"""The command line, below another root: no test needs to be root, none touches the machine."""

import json
import os
import pathlib
import re
import signal
import socket
import stat
import subprocess

import pytest

from ..program import ENV, SIXRELAY, run

DOCUMENTS = pathlib.Path(__file__).parent.parent / "data/vultr"
RESERVED = DOCUMENTS / "reserved-2026-shape.json"
KEY = re.compile(r"[A-Za-z0-9+/]{43}=")

# What each document comes to below a root: the LAN's prefix, or what is waited for.
EXPECTED = {
    "cloud-interfaces": "2002:19f0:5:28a7::/64",
    "ipv6-disabled": None,
    "plain-no-reserved": None,
    "reserved-2026-shape": "2001:db8:0:2::/64",
    "reserved-and-private": "2002:19f0:5:28a7::/64",
}
MODES = {
    "etc/sysctl.d/99-wg-relay.conf": 0o644,
    "etc/wireguard": 0o700,
    "etc/wireguard/wg0.conf": 0o600,
    "etc/wireguard/server.key": 0o600,
    "etc/wireguard/server.pub": 0o644,
    "etc/wireguard/mikrotik.key": 0o600,
    "etc/wireguard/mikrotik.pub": 0o644,
    "etc/ndppd.conf": 0o644,
    "etc/systemd/system/ndppd.service": 0o644,
    "var/lib/sixrelay": 0o700,
    "var/lib/sixrelay/state.json": 0o600,
    "var/lib/sixrelay/records.json": 0o600,
    "var/lib/sixrelay/metadata.json": 0o600,
}


class Machine:
    """A root directory, and the program on it."""

    def __init__(self, root, document=RESERVED):
        self.root = root
        self.document = document

    def run(self, command, *args, document=None):
        metadata = ["--metadata", document or self.document]
        return run(command, "--root", self.root, *metadata, *args)

    def apply(self, *args, **options):
        done = self.run("apply", *args, **options)
        assert done.returncode == 0, done.stderr
        return done

    def recall(self, command, *args):
        """Without metadata: as of the last apply."""
        return run(command, "--root", self.root, *args)

    def settings(self, text):
        self.write("etc/sixrelay.conf", text)

    def write(self, name, text, mode=0o600):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def read(self, name):
        return (self.root / name).read_text()

    def tree(self):
        """Every entry with all that a change would change."""
        return {
            path.relative_to(self.root): (
                os.lstat(path).st_mtime_ns,
                os.lstat(path).st_ino,
                os.lstat(path).st_mode,
                path.read_bytes() if path.is_file() else None,
            )
            for path in sorted(self.root.rglob("*"))
        }

    def keys(self, kind="key"):
        return {p.name: p.read_text() for p in (self.root / "etc/wireguard").glob(f"*.{kind}")}


@pytest.fixture
def machine(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    return Machine(root)


def permissions(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


def test_help_is_for_standard_output():
    done = run("--help")
    assert done.returncode == 0 and not done.stderr
    for word in ("apply", "plan", "status", "script", "--config", "--root", "--metadata", "--json"):
        assert word in done.stdout
    assert run("-h").stdout == done.stdout


def test_version():
    done = run("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"sixrelay \d+\.\d+\.\d+\S*\n", done.stdout)


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["aply"],
        ["apply", "now"],
        ["--no-such-option"],
        ["apply", "--no-such-option"],
        ["apply", "--root"],
        ["apply", "--json"],
        ["apply", "--no-secret"],
        ["plan", "--site", "home"],
        ["status", "--no-secret"],
        ["script", "--json"],
        ["plan", "--revert"],
    ],
)
def test_wrong_usage_is_told_with_status_2(args):
    done = run(*args)
    assert done.returncode == 2
    assert done.stderr and not done.stdout
    assert "--help" in done.stderr


def test_every_document_is_looked_at():
    assert set(EXPECTED) == {path.stem for path in DOCUMENTS.glob("*.json")}


@pytest.mark.parametrize("name", EXPECTED)
def test_plan_of_each_document(machine, name):
    done = machine.run("plan", document=DOCUMENTS / f"{name}.json")
    if EXPECTED[name]:
        assert done.returncode == 1, done.stderr
        assert f"    rule {EXPECTED[name]} {{" in done.stdout
        assert "write /etc/wireguard/wg0.conf\n" in done.stdout
    else:
        assert done.returncode == 0, done.stderr
        assert "waiting: " in done.stdout and "Reserved IPs" in done.stdout
    assert not list(machine.root.iterdir())


@pytest.mark.parametrize("name", EXPECTED)
def test_apply_of_each_document(machine, name):
    machine.document = DOCUMENTS / f"{name}.json"
    done = machine.apply()
    if EXPECTED[name]:
        conf = machine.read("etc/wireguard/wg0.conf")
        assert f"PostUp = ip -6 route replace {EXPECTED[name]} dev %i metric 50\n" in conf
        assert "Table = off\n" in conf
    else:
        assert "Reserved IPs" in done.stderr
        assert not (machine.root / "etc").exists()
    plan = machine.run("plan")
    assert plan.returncode == 0, plan.stdout + plan.stderr
    assert "nothing to do" in plan.stdout


@pytest.mark.parametrize("name", EXPECTED)
def test_second_apply_writes_nothing(machine, name):
    machine.document = DOCUMENTS / f"{name}.json"
    machine.apply()
    before = machine.tree()
    done = machine.apply()
    assert machine.tree() == before
    assert "write" not in done.stdout


def test_original_prefix_where_there_is_no_reserved_one(machine):
    machine.document = DOCUMENTS / "plain-no-reserved.json"
    machine.settings("[site home]\nprefix = original\n")
    machine.apply()
    assert "AllowedIPs = fd99:9999:9999::2/128, 2001:19f0:5:56c2::/64\n" in machine.read(
        "etc/wireguard/wg0.conf"
    )


def test_plan_exit_codes(machine):
    assert machine.run("plan").returncode == 1
    machine.apply()
    assert machine.run("plan").returncode == 0
    machine.settings("[relay]\nmtu = 1380\n")
    assert machine.run("plan").returncode == 1
    machine.settings("[relay]\nmtu = 1\n")
    assert machine.run("plan").returncode == 2
    assert run("plan", "--root", machine.root / "none").returncode == 2


def test_plan_shows_a_diff_and_writes_nothing(machine):
    machine.apply()
    machine.settings("[relay]\nmtu = 1380\n")
    before = machine.tree()
    done = machine.run("plan")
    assert machine.tree() == before
    assert "--- /etc/wireguard/wg0.conf\n+++ /etc/wireguard/wg0.conf\n" in done.stdout
    assert "-MTU = 1420\n+MTU = 1380\n" in done.stdout
    assert done.stdout.endswith("write /etc/wireguard/wg0.conf\n")


def test_a_caller_that_ignores_its_children(machine):
    """What it passes on would have the kernel throw their exit statuses away."""
    argv = [SIXRELAY, "plan", "--root", machine.root, "--metadata", machine.document]
    caller = ["env", "--ignore-signal=CHLD", *argv]
    done = subprocess.run(caller, capture_output=True, text=True, env=ENV)
    assert done.returncode == 1, done.stderr
    assert "\n+net.ipv6.conf.all.forwarding = 1\n" in done.stdout


def test_plan_for_machines(machine):
    plan = json.loads(machine.run("plan", "--json").stdout)
    steps = [step["step"] for step in plan["steps"]]
    assert "write /etc/ndppd.conf" in steps
    assert [s["file"] for s in plan["steps"] if s["stage"] == "sysctl"] == [
        "/etc/sysctl.d/99-wg-relay.conf"
    ]
    machine.apply()
    assert json.loads(machine.run("plan", "--json").stdout) == {"steps": [], "notes": []}
    waiting = machine.run("plan", "--json", document=DOCUMENTS / "ipv6-disabled.json")
    assert [note["kind"] for note in json.loads(waiting.stdout)["notes"]] == ["waiting"]


@pytest.mark.parametrize("command, status", [("apply", 1), ("plan", 2)])
def test_wrong_setting(machine, command, status):
    machine.settings("# mine\n[relay]\nmtu = 9000\n")
    before = machine.tree()
    done = machine.run(command)
    assert done.returncode == status
    assert done.stderr.startswith("sixrelay: /etc/sixrelay.conf:3: ")
    assert "mtu = 9000" in done.stderr and "1280 to 1440" in done.stderr
    assert machine.tree() == before


def test_settings_cannot_command_the_console(machine):
    conf = machine.root / "etc/sixrelay.conf"
    conf.parent.mkdir(parents=True)
    conf.write_bytes(b"[relay]\nnic = \x1b]0;owned\x07\x9b2J\r\n")
    done = machine.run("apply")
    assert done.returncode == 1
    assert "nic = ?]0;owned??2J" in done.stderr
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.stderr)


def test_settings_of_another_name(machine, tmp_path):
    other = tmp_path / "other.conf"
    other.write_text("[relay]\nlisten_port = 443\n")
    machine.apply("--config", other)
    assert "ListenPort = 443\n" in machine.read("etc/wireguard/wg0.conf")
    other.write_text("[relay]\nport = 443\n")
    done = machine.run("apply", "--config", other)
    assert done.returncode == 1
    assert f"{other}:2: " in done.stderr and "port" in done.stderr
    done = machine.run("apply", "--config", tmp_path / "none.conf")
    assert done.returncode == 1
    assert "none.conf" in done.stderr


@pytest.mark.parametrize(
    "document, words",
    [
        ("{}", "interfaces"),
        ("", "JSON"),
        ('{"interfaces": [{"network-type": "public", "mac": "x"}]}', "interfaces[0].mac"),
    ],
)
def test_broken_metadata(machine, tmp_path, document, words):
    path = tmp_path / "metadata.json"
    path.write_text(document)
    done = machine.run("apply", document=path)
    assert done.returncode == 1
    assert done.stderr.startswith("sixrelay: metadata: ") and words in done.stderr
    assert not list(machine.root.iterdir())


def test_metadata_file_that_is_not_there(machine, tmp_path):
    done = machine.run("apply", document=tmp_path / "none.json")
    assert done.returncode == 1
    assert "none.json" in done.stderr
    assert not list(machine.root.iterdir())


def test_unreachable_metadata(machine, tmp_path):
    """Both at once, as both wait for the deadline."""
    commands = {"apply": 1, "plan": 2}
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and never listens
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        running = [
            subprocess.Popen(
                [SIXRELAY, command, "--root", machine.root, "--metadata", url],
                env=ENV,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for command in commands
        ]
        for process, status in zip(running, commands.values()):
            stdout, stderr = process.communicate(timeout=100)
            assert process.returncode == status
            assert not stdout
            assert "trying again" in stderr
            assert re.search(r"sixrelay: metadata: gave up after \d+ s", stderr)
            assert url in stderr
    assert not list(machine.root.iterdir())


def test_modes(machine):
    machine.apply()
    for name, mode in MODES.items():
        assert oct(permissions(machine.root / name)) == oct(mode), name


def test_wrong_mode_is_put_right(machine):
    machine.apply()
    key = machine.root / "etc/wireguard/server.key"
    key.chmod(0o644)
    content = key.read_text()
    assert "mode of /etc/wireguard/server.key: 0600" in machine.run("plan").stdout
    machine.apply()
    assert permissions(key) == 0o600 and key.read_text() == content


def test_a_state_directory_that_others_can_open_is_closed(machine):
    """Restored from a copy, say: they could read it, and hold its lock for ever."""
    machine.apply()
    state = machine.root / "var/lib/sixrelay"
    state.chmod(0o755)
    machine.run("status")
    assert permissions(state) == 0o755, "status only looks"
    machine.apply()
    assert permissions(state) == 0o700


def test_keys_are_made_once(machine):
    machine.apply()
    keys = machine.keys()
    assert set(keys) == {"server.key", "mikrotik.key"} and len(set(keys.values())) == 2
    assert f"PrivateKey = {keys['server.key']}" in machine.read("etc/wireguard/wg0.conf")
    machine.settings("[relay]\nmtu = 1380\ntransit = fd00:1::/64\n[site home]\nprefix = original\n")
    machine.apply()
    assert machine.keys() == keys
    for name in ("wg0.conf", "server.pub", "mikrotik.pub"):
        (machine.root / "etc/wireguard" / name).unlink()
    public = machine.keys("pub")
    machine.apply()
    assert machine.keys() == keys and machine.keys("pub") != public
    assert machine.run("plan").returncode == 0


def test_keys_that_are_there_are_taken(machine):
    machine.write("etc/wireguard/server.key", "YHY8//XN5Z3xGRVx/qkfYmC7slhDMcP173oOXKfVL2w=\n")
    machine.apply()
    assert machine.read("etc/wireguard/server.pub") == (
        "vdMu9ZHa41oNiuqJTCSEFKAp0RhPCsR8Y0xNw2KHJwE=\n"
    )
    assert not (machine.root / "var/lib/sixrelay/before").exists()


def test_two_machines_have_different_keys(tmp_path):
    keys = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        machine = Machine(tmp_path / name)
        machine.apply()
        keys |= set(machine.keys().values())
    assert len(keys) == 4


def test_invalid_key_is_kept_and_replaced(machine):
    machine.apply()
    keys = machine.keys()
    machine.write("etc/wireguard/server.key", "no key\n")
    done = machine.apply()
    assert "/etc/wireguard/server.key" in done.stderr and "kept" in done.stderr
    new = machine.keys()
    assert KEY.fullmatch(new["server.key"].strip()) and new["server.key"] != keys["server.key"]
    assert new["mikrotik.key"] == keys["mikrotik.key"]
    copy = machine.root / "var/lib/sixrelay/kept/etc/wireguard/server.key.1"
    assert copy.read_text() == "no key\n" and permissions(copy) == 0o600
    assert "server.key.1" in machine.recall("status").stdout


def test_key_that_cannot_be_read_is_never_replaced(machine):
    (machine.root / "etc/wireguard/server.key").mkdir(parents=True)
    before = machine.tree()
    done = machine.run("apply")
    assert done.returncode == 1
    assert "/etc/wireguard/server.key" in done.stderr
    assert machine.tree() == before


def test_file_of_somebody_else_is_kept_and_named(machine):
    machine.write("etc/ndppd.conf", "mine\n", 0o644)
    assert "/etc/ndppd.conf" in machine.run("plan").stdout.split("write")[-1]
    done = machine.apply()
    assert "/etc/ndppd.conf" in done.stderr
    assert machine.read("var/lib/sixrelay/before/etc/ndppd.conf") == "mine\n"
    machine.write("etc/ndppd.conf", "edited\n", 0o644)
    machine.apply()
    assert machine.read("var/lib/sixrelay/kept/etc/ndppd.conf.1") == "edited\n"
    assert machine.read("var/lib/sixrelay/before/etc/ndppd.conf") == "mine\n"
    assert "rule 2001:db8:0:2::/64" in machine.read("etc/ndppd.conf")


def test_what_we_wrote_is_not_kept(machine):
    machine.apply()
    machine.settings("[relay]\nmtu = 1380\n")
    machine.apply()
    names = {p.name for p in (machine.root / "var/lib/sixrelay").iterdir()}
    assert names == {"state.json", "records.json", "metadata.json"}


def test_no_private_key_is_shown(machine):
    plan = machine.run("plan")
    assert not KEY.findall(plan.stdout), "keys that are in memory alone"
    assert "(hidden)" in plan.stdout and "(new)" in plan.stdout
    shown = [machine.apply()]
    secrets = [key.strip() for key in machine.keys().values()]
    machine.settings("[relay]\nmtu = 1380\n")
    shown += [machine.run("plan"), machine.run("plan", "--json"), machine.run("plan", "--verbose")]
    foreign = "YHY8//XN5Z3xGRVx/qkfYmC7slhDMcP173oOXKfVL2w="
    machine.write("etc/wireguard/wg0.conf", f"[Interface]\nprivatekey={foreign}\n")
    shown += [machine.run("plan"), machine.apply("--verbose")]
    shown += [machine.recall("status"), machine.recall("status", "--json")]
    shown.append(machine.recall("script", "--no-secret"))
    for done in shown:
        assert done.stdout or done.stderr
        for secret in [*secrets, foreign]:
            assert secret not in done.stdout + done.stderr, done.args
    for secret in secrets:
        assert secret not in machine.read("var/lib/sixrelay/state.json")
        assert secret not in machine.read("var/lib/sixrelay/metadata.json")


def test_script_has_the_routers_key_alone(machine):
    assert machine.recall("script").returncode == 1
    machine.apply()
    keys = machine.keys()
    done = machine.recall("script")
    assert done.returncode == 0 and not done.stderr
    assert f'private-key="{keys["mikrotik.key"].strip()}"' in done.stdout
    assert keys["server.key"].strip() not in done.stdout
    assert machine.read("etc/wireguard/server.pub").strip() in done.stdout
    assert done.stdout.isascii() and "\t" not in done.stdout
    without = machine.recall("script", "--no-secret")
    assert without.returncode == 0
    assert "private-key=" not in without.stdout
    assert keys["mikrotik.key"].strip() not in without.stdout


def test_the_way_back_needs_neither_metadata_nor_keys(machine):
    done = machine.recall("script", "--revert")
    assert done.returncode == 0 and not done.stderr
    assert "takes back" in done.stdout and 'br "bridge"' in done.stdout
    assert not list(machine.root.rglob("*.key"))
    machine.settings("[site home]\n[site cabin]\nlan_bridge = br-lan\n")
    cabin = machine.recall("script", "--revert", "--site", "cabin").stdout
    assert 'br "br-lan"' in cabin and "site cabin" in cabin
    for args, words in [([], "--site"), (["--site", "nowhere"], "nowhere")]:
        done = machine.recall("script", "--revert", *args)
        assert done.returncode == 1 and not done.stdout
        assert words in done.stderr
    machine.apply()
    for secret in machine.keys().values():
        assert secret.strip() not in cabin


def test_script_without_keys_says_what_to_do(machine):
    done = machine.run("script")
    assert done.returncode == 1 and not done.stdout
    assert "sixrelay apply" in done.stderr


def test_routers_own_key(machine):
    key = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="
    machine.settings(f"[site home]\nrouter_public_key = {key}\n")
    machine.apply()
    assert set(machine.keys()) == {"server.key"}
    assert f"PublicKey = {key}\n" in machine.read("etc/wireguard/wg0.conf")
    assert "private-key" not in machine.recall("script").stdout


@pytest.mark.parametrize(
    "owner, words", [("server", "the VPS's own key"), ("mikrotik", "[site home] and [site cabin]")]
)
def test_no_two_ends_have_one_key(machine, owner, words):
    """WireGuard would make one peer of two, or none of one, and say nothing."""
    machine.apply()
    key = machine.keys("pub")[f"{owner}.pub"].strip()
    prefix = "2001:db8:0:9::/64"
    machine.settings(f"[site home]\n[site cabin]\nprefix = {prefix}\nrouter_public_key = {key}\n")
    before = machine.tree()
    done = machine.run("apply")
    assert done.returncode == 1 and words in done.stderr
    assert machine.tree() == before


def test_two_sites(machine):
    machine.settings(
        "[site home]\n[site cabin]\nprefix = original\nlan_bridge = br-lan\n[site later]\n"
    )
    done = machine.apply()
    assert "site later" in done.stderr
    keys = {name: key.strip() for name, key in machine.keys().items()}
    assert set(keys) == {"server.key", "mikrotik.key", "mikrotik-cabin.key"}
    conf = machine.read("etc/wireguard/wg0.conf")
    assert conf.count("[Peer]") == 2
    home = machine.recall("script", "--site", "home").stdout
    cabin = machine.recall("script", "--site", "cabin").stdout
    assert keys["mikrotik.key"] in home and keys["mikrotik.key"] not in cabin
    assert keys["mikrotik-cabin.key"] in cabin and keys["mikrotik-cabin.key"] not in home
    assert "2001:db8:0:2::1/64" in home and "2001:db8:0:1::1/64" not in home
    assert "2001:db8:0:1::1/64" in cabin and '"br-lan"' in cabin
    for args, words in [
        ([], "--site"),
        (["--site", "nowhere"], "nowhere"),
        (["--site", "later"], "later"),
    ]:
        done = machine.recall("script", *args)
        assert done.returncode == 1 and not done.stdout
        assert words in done.stderr


def document_with(tmp_path, *networks):
    document = json.loads(RESERVED.read_text())
    document["interfaces"][0]["ipv6"]["additional"] = [
        {"network": network, "prefix": "64"} for network in networks
    ]
    path = tmp_path / f"document{len(list(tmp_path.iterdir()))}.json"
    path.write_text(json.dumps(document))
    return path


def test_sites_keep_their_prefixes(machine, tmp_path):
    first, second = "2001:db8:0:a::", "2001:db8:0:b::"
    machine.settings("[site home]\n[site cabin]\n")
    machine.apply(document=document_with(tmp_path, first, second))
    before = machine.tree()
    machine.apply(document=document_with(tmp_path, second, first))
    changed = {name for name, entry in machine.tree().items() if before.get(name) != entry}
    assert {str(name) for name in changed} <= {
        "var/lib/sixrelay",
        "var/lib/sixrelay/metadata.json",
    }
    done = machine.apply(document=document_with(tmp_path, second))
    assert f"site home: {first}/64 is no longer attached" in " ".join(done.stderr.split())
    assert f"rule {first}/64" in machine.read("etc/ndppd.conf")


def test_prefix_that_comes_later(machine, tmp_path):
    machine.apply(document=document_with(tmp_path))
    assert machine.recall("script").returncode == 1
    machine.apply(document=document_with(tmp_path, "2001:db8:0:a::"))
    assert "rule 2001:db8:0:a::/64" in machine.read("etc/ndppd.conf")
    assert machine.recall("script").returncode == 0


def test_status(machine):
    done = machine.recall("status")
    assert done.returncode == 1 and "sixrelay apply" in done.stderr
    machine.apply()
    done = machine.recall("status")
    assert done.returncode == 0, done.stderr
    for words in ("2001:db8:0:2::/64", "2001:db8:0:1::/64", "ready", "home"):
        assert words in done.stdout
    status = json.loads(machine.recall("status", "--json").stdout)
    assert status["sites"][0]["prefix"] == "2001:db8:0:2::/64"
    assert status["to_do"] == 0
    assert status["path"] == [], "below --root nothing is live"
    assert "┌" not in done.stdout and "+--" not in done.stdout
    assert status["last_apply"] in done.stdout
    assert "write /etc/ndppd.conf" in status["changed"]
    assert status["waiting"] == [] and status["kept"] == []
    machine.settings("[relay]\nmtu = 1380\n")
    assert json.loads(machine.recall("status", "--json").stdout)["to_do"] > 0


def test_status_lists_what_it_waits_for_and_what_was_kept(machine, tmp_path):
    machine.write("etc/ndppd.conf", "mine\n", 0o644)
    machine.apply()
    machine.write("etc/ndppd.conf", "edited\n", 0o644)
    machine.settings("[site home]\n[site cabin]\n")
    machine.apply()
    text = machine.recall("status").stdout
    status = json.loads(machine.recall("status", "--json").stdout)
    copy = "/var/lib/sixrelay/kept/etc/ndppd.conf.1"
    assert {"path": "/etc/ndppd.conf", "copy": copy} in status["kept"]
    assert copy in text
    (waiting,) = status["waiting"]
    assert "cabin" in waiting and waiting in " ".join(text.split())


def test_status_shows_the_first_changes_and_how_many_more(machine):
    machine.apply()
    text, all_of_it = machine.recall("status").stdout, machine.recall("status", "--verbose").stdout
    changed = json.loads(machine.recall("status", "--json").stdout)["changed"]
    left_out = [line for line in changed if line not in text]
    assert f"and {len(left_out)} more: sixrelay status --verbose" in text
    assert left_out and not [line for line in changed if line not in all_of_it]


def test_status_watch_ends_at_an_interrupt(machine):
    machine.apply()
    argv = [SIXRELAY, "status", "--root", machine.root, "--watch", "--json"]
    with subprocess.Popen(argv, env=ENV, stdout=subprocess.PIPE, text=True) as process:
        for _ in range(2):
            assert json.loads(process.stdout.readline())["to_do"] == 0
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == ""
    assert process.returncode == 0


def test_status_watch_needs_something_to_watch(machine):
    done = machine.recall("status", "--watch")
    assert done.returncode == 1 and "sixrelay apply" in done.stderr and not done.stdout


def nic(machine, name, mac):
    machine.write(f"sys/class/net/{name}/address", f"{mac}\n", 0o644)


def test_nic_is_found_by_its_mac(machine):
    nic(machine, "ens7", "56:00:05:00:53:02")
    nic(machine, "ens3", "56:00:05:00:53:01")
    machine.apply()
    assert "proxy ens3 {\n" in machine.read("etc/ndppd.conf")
    assert "net.ipv6.conf.ens3.accept_ra = 2\n" in machine.read("etc/sysctl.d/99-wg-relay.conf")


def test_nic_that_is_not_the_only_one(machine):
    nic(machine, "ens3", "56:00:05:00:53:01")
    nic(machine, "br0", "56:00:05:00:53:01")
    done = machine.run("apply")
    assert done.returncode == 1
    assert "56:00:05:00:53:01" in done.stderr and "nic =" in done.stderr
    assert not (machine.root / "etc").exists()
    machine.settings("[relay]\nnic = br0\n")
    machine.apply()
    assert "proxy br0 {\n" in machine.read("etc/ndppd.conf")


def test_distribution_with_an_ndppd_unit(machine):
    machine.write("usr/lib/systemd/system/ndppd.service", "[Unit]\n", 0o644)
    machine.apply()
    assert not (machine.root / "etc/systemd").exists()


BLOB = "AAAAC3NzaC1lZDI1NTE5AAAAIDboEWYLdD6Qvnf9tU5ld2jS2rOXkifBr260Rdoz1ep4"


@pytest.fixture
def administrated(machine):
    """With sshd, and an administrator who may log in."""
    machine.write("etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\n", 0o644)
    user = f"me:x:{os.getuid() or 1000}:100::/home/me:/bin/bash\n"
    machine.write("etc/passwd", user, 0o644)
    machine.write("etc/group", "sudo:x:27:me\n", 0o644)
    machine.write("bin/bash", "", 0o755)
    return machine


def give_key(machine):
    machine.write("home/me/.ssh/authorized_keys", f"ssh-ed25519 {BLOB}\n")
    for path in ("home/me", "home/me/.ssh", "home/me/.ssh/authorized_keys"):
        os.chown(machine.root / path, os.getuid() or 1000, -1)


def test_sshd_is_hardened_when_somebody_has_a_key(administrated):
    machine = administrated
    drop_in = machine.root / "etc/ssh/sshd_config.d/00-hardening.conf"
    done = machine.apply()
    assert not drop_in.exists()
    assert "NOT hardened" in done.stderr
    give_key(machine)
    done = machine.apply()
    assert "PasswordAuthentication no\n" in drop_in.read_text()
    assert permissions(drop_in) == 0o644
    assert "NOT hardened" not in done.stderr
    assert machine.run("plan").returncode == 0


def test_sshd_is_as_it_was_when_the_key_is_gone(administrated):
    """What stood at the drop-in's place before is back, and stays."""
    machine = administrated
    drop_in = machine.root / "etc/ssh/sshd_config.d/00-hardening.conf"
    machine.write("etc/ssh/sshd_config.d/00-hardening.conf", "MaxAuthTries 5\n", 0o640)
    machine.apply()
    assert drop_in.read_text() == "MaxAuthTries 5\n"
    give_key(machine)
    machine.apply()
    assert "PasswordAuthentication no\n" in drop_in.read_text()
    key = machine.root / "home/me/.ssh/authorized_keys"
    key.write_text("")
    done = machine.apply()
    assert "passwords log in again" in " ".join(done.stderr.split())
    assert drop_in.read_text() == "MaxAuthTries 5\n"
    assert permissions(drop_in) == 0o640
    assert machine.run("plan").returncode == 0
    give_key(machine)
    machine.apply()
    assert "PasswordAuthentication no\n" in drop_in.read_text()


def test_root_stays_forbidden_where_the_owner_has_forbidden_him(administrated):
    """Ours is read first: it would let him in with a key."""
    machine = administrated
    drop_in = machine.root / "etc/ssh/sshd_config.d/00-hardening.conf"
    give_key(machine)
    machine.apply()
    assert "PermitRootLogin prohibit-password\n" in drop_in.read_text()
    machine.write("etc/ssh/sshd_config.d/50-own.conf", "PermitRootLogin no\n", 0o644)
    machine.apply()
    assert "PermitRootLogin" not in drop_in.read_text()
    assert "PasswordAuthentication no\n" in drop_in.read_text()


def test_links_do_not_lead_out_of_the_root(machine, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (machine.root / "etc").mkdir()
    (machine.root / "etc/wireguard").symlink_to(outside)
    (machine.root / "etc/ndppd.conf").symlink_to(outside / "ndppd.conf")
    (machine.root / "var").symlink_to("../../outside")
    machine.run("apply")
    assert not list(outside.iterdir())


def test_corrupt_state_is_named_and_left_alone(machine):
    machine.apply()
    machine.write("var/lib/sixrelay/state.json", "{")
    before = machine.tree()
    done = machine.run("apply")
    assert done.returncode == 1
    assert "/var/lib/sixrelay/state.json" in done.stderr
    assert machine.tree() == before


def test_a_file_that_cannot_be_written(machine):
    (machine.root / "etc").mkdir()
    (machine.root / "etc/sysctl.d").write_text("no directory")
    done = machine.run("apply")
    assert done.returncode == 1
    assert "/etc/sysctl.d/99-wg-relay.conf" in done.stderr
    # What can be done is done.
    assert (machine.root / "etc/ndppd.conf").exists()
    (machine.root / "etc/sysctl.d").unlink()
    machine.apply()
    assert machine.run("plan").returncode == 0


def test_nothing_is_left_behind(machine):
    machine.apply()
    machine.settings("[relay]\nmtu = 1380\n")
    machine.apply()
    files = {str(path.relative_to(machine.root)) for path in machine.root.rglob("*")}
    assert not [name for name in files if pathlib.Path(name).name.startswith(".")]
    assert {name for name in MODES} <= files


def test_several_at_once(machine):
    """One after the other, whoever comes first: one set of keys, and whole files."""
    argv = [SIXRELAY, "apply", "--root", machine.root, "--metadata", RESERVED]
    running = [
        subprocess.Popen(argv, env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(6)
    ]
    for process in running:
        assert process.wait(timeout=60) == 0, process.stderr.read()
        process.stderr.close()
    keys = machine.keys()
    assert f"PrivateKey = {keys['server.key']}" in machine.read("etc/wireguard/wg0.conf")
    assert not list(machine.root.rglob("kept"))
    assert machine.run("plan").returncode == 0


def test_one_that_waited_for_its_metadata_knows_what_was_done_meanwhile(machine):
    machine.write("etc/ndppd.conf", "mine\n", 0o644)
    body = RESERVED.read_bytes()
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1.json"
        argv = [SIXRELAY, "apply", "--root", machine.root, "--metadata", url]
        slow = subprocess.Popen(argv, env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        connection, _ = server.accept()
        machine.apply()
        done = machine.tree()
        head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
        connection.recv(4096)
        connection.sendall(head + body)
        connection.close()
        assert slow.wait(timeout=60) == 0, slow.stderr.read()
        slow.stderr.close()
    assert machine.tree() == done
    machine.write("etc/ndppd.conf", "edited\n", 0o644)
    machine.apply()
    assert machine.read("var/lib/sixrelay/before/etc/ndppd.conf") == "mine\n"


@pytest.mark.parametrize("command", ["plan", "status", "script", "--help", "--version"])
def test_output_that_cannot_be_written_is_a_failure(machine, command):
    machine.apply()
    args = [] if command.startswith("-") else ["--root", machine.root]
    args += ["--metadata", RESERVED] if command == "plan" else []
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run(
            [SIXRELAY, command, *args],
            env=ENV,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode != 0
    assert "No space left" in done.stderr


def test_the_second_copy_of_the_state_is_made_again(tmp_path):
    """Or a state.json that is lost next would be lost for good."""
    (tmp_path / "root").mkdir()
    machine = Machine(tmp_path / "root")
    machine.write("etc/ndppd.conf", "mine\n")
    machine.apply()
    state, records = (machine.root / f"var/lib/sixrelay/{n}.json" for n in ("state", "records"))
    records.unlink()
    assert "nothing to do" in machine.apply().stdout
    state.unlink()
    assert "nothing to do" in machine.apply().stdout


def test_what_the_service_said_last_is_gone(tmp_path):
    """All is applied for all that, and status must not say otherwise."""
    (tmp_path / "root").mkdir()
    machine = Machine(tmp_path / "root")
    machine.apply()
    (machine.root / "var/lib/sixrelay/metadata.json").unlink()
    done = run("status", "--root", machine.root)
    assert done.returncode == 1 and "nothing was applied" not in done.stderr
    assert "/var/lib/sixrelay/metadata.json is gone" in done.stderr
