# SPDX-License-Identifier: MIT
"""The Debian package in a machine's life: installed, upgraded, removed, purged, and user-data."""

import re
import shutil
import subprocess

import pytest
import yaml

from . import package
from .conftest import visible
from .gateway import PUBLIC4, RESERVED
from .rootfs import base, extra
from .waiting import until
from .whole import difference, whole

UNITS = ["sixrelay.service", "sixrelay.timer"]
RELAY = ["wg-quick@wg0.service", "ndppd.service"]
KEYS = [
    f"/etc/wireguard/{name}.{kind}" for name in ("server", "mikrotik") for kind in ("key", "pub")
]
SETTINGS = "/etc/sixrelay.conf"
STATE = "/var/lib/sixrelay"
STAGED = "/var/cache/sixrelay"
# What programs remember for themselves (dpkg, apt, the loader, python, systemd, journald), and
# where the tests put packages.
MEMORIES = re.compile(
    r"/(var/lib/(dpkg|apt|ucf|systemd/(timesync|catalog))|var/cache/(apt|debconf|ldconfig|man)"
    r"|var/log|var/tmp|var/backups|srv)/|/__pycache__|^/etc/\.pwd\.lock$"
)


@pytest.fixture(scope="session")
def deb(request, suite):
    with visible(request):
        return package.deb()


@pytest.fixture
def machine(bare_lab, deb):
    """A booted machine with a reserved /64 and the package's file, not installed."""
    bare_lab.attach(RESERVED)
    put(bare_lab.vps, deb)
    return bare_lab.vps


def put(vps, path, name="sixrelay.deb"):
    """Copies a file into the machine's /srv."""
    (vps.root / "srv" / name).write_bytes(path.read_bytes())


def apt(vps, *words, check=True):
    """apt-get as in user-data; nobody is there to answer."""
    argv = ["apt-get", "-q", "-y", *words]
    return vps.run(argv, check=check, env={"DEBIAN_FRONTEND": "noninteractive"}, input="")


def install(vps, name="sixrelay.deb"):
    return apt(vps, "install", f"/srv/{name}")


def newer(deb, tmp_path, version="0.1.0-2"):
    """The same package with another version."""
    tree, path = tmp_path / "tree", tmp_path / f"{version}.deb"
    subprocess.run(["dpkg-deb", "-R", deb, tree], check=True)
    control = tree / "DEBIAN" / "control"
    control.write_text(re.sub("(?m)^Version: .*$", f"Version: {version}", control.read_text()))
    subprocess.run(["dpkg-deb", "--build", tree, path], check=True, capture_output=True)
    return path


def installed_version(vps):
    argv = ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", "sixrelay"]
    return vps.run(argv, check=False).stdout


def paths(vps):
    """All files and directories but those that other programs keep for themselves."""
    found = vps.run(["find", "/", "-xdev", "-not", "-name", ".wh*"]).stdout.splitlines()
    return {path for path in found if not MEMORIES.search(path)}


def machine_as_it_is(vps):
    return {**whole(vps), "paths": sorted(paths(vps))}


def states(vps, *names):
    return {name: vps.unit_state(name) for name in names}


def runs(vps):
    """The runs of the relay's units, as systemd names them."""
    return vps.run(["systemctl", "show", "--property=Id,InvocationID", *RELAY]).stdout


def own(text):
    """What our maintainer scripts say."""
    found = re.search(r"^sixrelay: .*?(?=^[A-Z(]|\Z)", text, re.MULTILINE | re.DOTALL)
    return found[0] if found else ""


def test_lintian_has_nothing_to_say(deb):
    assert (deb.parent / "lintian.log").read_text() == ""


def test_a_life_with_the_package(machine, deb, tmp_path):
    before = machine_as_it_is(machine)
    install(machine)
    # Nothing starts by itself.
    assert states(machine, *UNITS) == dict.fromkeys(UNITS, "inactive")
    enabled = machine.run(["systemctl", "is-enabled", *UNITS], check=False).stdout.split()
    assert enabled == ["disabled", "disabled"]
    assert not machine.exists(STATE)
    assert machine.run(["stat", "-c", "%a %U", SETTINGS]).stdout == "600 root\n"
    assert machine.read(SETTINGS) == machine.read("/usr/share/sixrelay/sixrelay.conf")

    machine.run(["systemctl", "enable", *UNITS])
    machine.run(["systemctl", "start", *UNITS])
    serving = runs(machine)
    assert states(machine, *RELAY) == dict.fromkeys(RELAY, "active")
    machine.settings("[relay]\nmtu = 1380\n")
    machine.run(["sixrelay", "apply"])
    keys = [machine.read(path) for path in KEYS]

    # An upgrade: the relay goes on, the timer too; nobody is asked.
    serving = runs(machine)
    put(machine, newer(deb, tmp_path), "newer.deb")
    install(machine, "newer.deb")
    assert installed_version(machine) == "installed 0.1.0-2"
    assert runs(machine) == serving
    assert machine.unit_state("sixrelay.timer") == "active"
    assert machine.read(SETTINGS) == "[relay]\nmtu = 1380\n"

    # Removed: the same, without its agent.
    said = own(apt(machine, "remove", "sixrelay").stdout)
    assert "goes on without its agent" in said and "sixrelay revert" in said
    assert max(len(line) for line in said.splitlines()) <= 80
    assert runs(machine) == serving
    assert states(machine, *RELAY) == dict.fromkeys(RELAY, "active")
    assert states(machine, *UNITS) == dict.fromkeys(UNITS, "inactive")
    assert [machine.read(path) for path in KEYS] == keys

    # Back again: nothing to do, with the same keys.
    install(machine)
    assert machine.run(["sixrelay", "plan"]).returncode == 0
    machine.run(["sixrelay", "revert", "--yes"])
    said = apt(machine, "purge", "sixrelay").stdout
    assert own(said) == ""
    assert difference(before, machine_as_it_is(machine)) == []


def test_a_purge_without_a_revert(machine):
    theirs = "/etc/wireguard/mikrotik.pub"
    key = machine.run(["wg", "genkey"]).stdout
    machine.write(theirs, machine.run(["wg", "pubkey"], input=key).stdout)
    machine.write("/etc/sysctl.d/99-wg-relay.conf", "# mine\n")
    before = machine_as_it_is(machine)
    install(machine)
    machine.run(["sixrelay", "apply"])
    serving = runs(machine)

    said = own(apt(machine, "purge", "sixrelay").stdout.split("Purging")[1])
    assert 'without "sixrelay revert"' in said
    assert max(len(line) for line in said.splitlines()) <= 80
    assert runs(machine) == serving
    assert states(machine, *RELAY) == dict.fromkeys(RELAY, "active")
    assert [path for path in KEYS if machine.exists(path)] == [theirs]
    assert not machine.exists(SETTINGS)
    # The router's key is nowhere, the tunnel's own is where it is used.
    argv = ["grep", "-rlE", "(PrivateKey|private-key|PRIVATE)", "/etc/wireguard", STATE]
    assert machine.run(argv, check=False).stdout.split() == ["/etc/wireguard/wg0.conf"]

    # The way back is still there.
    install(machine)
    machine.run(["sixrelay", "revert", "--yes"])
    apt(machine, "purge", "sixrelay")
    assert difference(before, machine_as_it_is(machine)) == []


def test_a_purge_while_waiting(machine, bare_lab):
    bare_lab.detach(RESERVED)
    before = machine_as_it_is(machine)
    install(machine)
    machine.run(["sixrelay", "apply"])
    assert machine.exists(f"{STATE}/state.json")
    assert own(apt(machine, "purge", "sixrelay").stdout) == ""
    assert difference(before, machine_as_it_is(machine)) == []


def test_copies_of_what_others_wrote_stay(machine):
    install(machine)
    machine.run(["sixrelay", "apply"])
    machine.write("/etc/ndppd.conf", "# mine\n")
    machine.run(["sixrelay", "revert", "--yes"])
    said = own(apt(machine, "purge", "sixrelay").stdout.split("Purging")[1])
    assert f"stay in {STATE}/kept" in said
    kept = machine.run(["find", STATE, "-type", "f"]).stdout.split()
    assert [machine.read(path) for path in kept] == ["# mine\n"]


def test_settings_that_were_there_first_stay(machine, deb, tmp_path):
    machine.settings("[site home]\nprefix = original\n")
    install(machine)
    assert machine.read(SETTINGS) == "[site home]\nprefix = original\n"
    # Nor does an upgrade bring back what its owner has removed.
    machine.run(["rm", SETTINGS])
    put(machine, newer(deb, tmp_path), "newer.deb")
    install(machine, "newer.deb")
    assert not machine.exists(SETTINGS)


def carried_out(vps, text, limit=None):
    """What cloud-init does with the document, without its packages; what commands failed.

    limit: only so many of them.
    """
    document = yaml.safe_load(text)
    for file in document["write_files"]:
        content = file["content"]
        if file.get("encoding") == "b64":
            argv = ["sh", "-ec", 'mkdir -p "${1%/*}"; base64 -d >"$1"; chmod "$2" "$1"', "write"]
            vps.run([*argv, file["path"], file["permissions"]], input=content)
        else:
            vps.write(file["path"], content, int(file["permissions"], 8))
    done = [(argv, vps.run(argv, check=False, input="")) for argv in document["runcmd"][:limit]]
    return {" ".join(argv): each.stdout + each.stderr for argv, each in done if each.returncode}


def test_user_data_once_and_once_more(machine, deb, tmp_path):
    settings = tmp_path / "settings"
    settings.write_text("[relay]\nannounce_secret = never\n\n[site flat]\nallow_inbound = yes\n")
    options = ["--settings", settings]
    text = package.user_data(deb, tmp_path / "user-data", *options).read_text()
    assert carried_out(machine, text) == {}
    assert machine.read(SETTINGS) == settings.read_text()
    assert machine.run(["stat", "-c", "%a", SETTINGS]).stdout == "600\n"
    assert "SCRIPT flat-----" in machine.console()
    assert states(machine, *RELAY) == dict.fromkeys(RELAY, "active")
    assert machine.unit_state("sixrelay.timer") == "active"
    enabled = machine.run(["systemctl", "is-enabled", *UNITS]).stdout.split()
    assert enabled == ["enabled", "enabled"]

    # Once more, as after an outage, on a machine that has gone on: nothing is undone.
    serving = runs(machine)
    machine.settings("[site flat]\n")
    machine.run(["sixrelay", "apply"])
    put(machine, newer(deb, tmp_path), "newer.deb")
    install(machine, "newer.deb")
    keys = [machine.read(path) for path in KEYS]
    assert carried_out(machine, text) == {}
    assert installed_version(machine) == "installed 0.1.0-2"
    assert machine.read(SETTINGS) == "[site flat]\n"
    assert [machine.read(path) for path in KEYS] == keys
    assert runs(machine) == serving

    # And where its owner has taken all back.
    machine.run(["sixrelay", "revert", "--yes"])
    assert carried_out(machine, text) == {}
    assert not machine.exists("/etc/wireguard/wg0.conf")

    apt(machine, "purge", "sixrelay")
    found = machine.run(["find", "/", "-xdev", "-name", "*sixrelay*"]).stdout.split()
    assert [path for path in found if not MEMORIES.search(path)] == []


@pytest.fixture(scope="session")
def cloud_init(request, suite):
    """Runs a program in a root with the suite's cloud-init, and a directory at its /mnt."""
    with visible(request):
        layers = [extra(suite, ["cloud-init"]), base(suite)]
    return lambda shared, *argv: package.in_layers(layers, shared, argv)


@pytest.mark.parametrize("form", ["inside", "url", "as a browser sends it"])
def test_cloud_init_takes_the_document(cloud_init, deb, tmp_path, form):
    url = ["--url", "https://example.org/sixrelay.deb"] if form == "url" else []
    document = package.user_data(deb, tmp_path / "user-data", *url)
    text = document.read_bytes()
    if form == "as a browser sends it":
        document.write_bytes(text.replace(b"\n", b"\r\n"))
        assert yaml.safe_load(document.read_bytes()) == yaml.safe_load(text)
    done = cloud_init(tmp_path, "cloud-init", "schema", "--config-file", "/mnt/user-data")
    assert "Valid" in done.stdout, done
    assert "rror" not in done.stdout + done.stderr, done


MERGE = """
import yaml
from cloudinit import util
ours = yaml.safe_load(open("/mnt/user-data"))
theirs = {"packages": ["mine"], "runcmd": [["mine"]], "write_files": [{"path": "/mine"}]}
print(yaml.safe_dump(util.mergemanydict([theirs, ours])))
"""


def test_the_document_leaves_what_came_before_it(cloud_init, deb, tmp_path):
    document = package.user_data(deb, tmp_path / "user-data")
    ours = yaml.safe_load(document.read_text())
    both = yaml.safe_load(cloud_init(tmp_path, "python3", "-c", MERGE).stdout)
    theirs = {"packages": ["mine"], "runcmd": [["mine"]], "write_files": [{"path": "/mine"}]}
    assert {key: both[key] for key in theirs} == {key: theirs[key] + ours[key] for key in theirs}


@pytest.mark.parametrize("url", ["ftp://example.org/x", "https://example.org/it's", "https://"])
def test_a_url_that_is_none_is_refused(deb, tmp_path, url):
    with pytest.raises(subprocess.CalledProcessError):
        package.user_data(deb, tmp_path / "user-data", "--url", url)
    assert not (tmp_path / "user-data").exists()


def test_the_short_form_takes_what_it_names_and_nothing_else(bare_lab, deb, tmp_path):
    """With no resolver and no TLS in the lab: from an address, over HTTP."""
    machine = bare_lab.vps
    argv = ["python3", "-m", "http.server", "--directory", str(tmp_path), "80"]
    bare_lab.public.start(argv)
    until(lambda: bare_lab.public.run(["ss", "-Hltn", "sport = :80"]).stdout, 10, "the server")
    shutil.copy(deb, tmp_path / "sixrelay.deb")
    text = package.user_data(
        deb, tmp_path / "user-data", "--url", f"http://{PUBLIC4}/sixrelay.deb"
    ).read_text()
    # Before there is a directory, with nothing there, and over what is there.
    for _ in range(2):
        assert carried_out(machine, text, limit=1) == {}
        machine.run(["dpkg-deb", "--info", f"{STAGED}/sixrelay.deb"])
    machine.run(["rm", f"{STAGED}/sixrelay.deb"])
    with open(tmp_path / "sixrelay.deb", "ab") as file:
        file.write(b"x")
    failed = carried_out(machine, text, limit=1)
    assert len(failed) == 1 and "Hash Sum mismatch" in "".join(failed.values()), failed
    assert not machine.exists(f"{STAGED}/sixrelay.deb")
