# SPDX-License-Identifier: MIT
"""Where private keys are, over a relay's life, and that they are nowhere else.

Everything that the machine starts meanwhile is traced: programs with their arguments and
environments, and whatever is written anywhere. Then each secret is looked for in all forms.
"""

import dataclasses
import os
import pathlib
import re
import signal
import stat
import subprocess

import pytest

from .. import memory
from ..routeros import x25519
from ..secret import Secret, found
from . import trace
from .cache import say
from .conftest import maker, visible
from .gateway import RESERVED
from .metadata import document
from .scripts import all_announced
from .vps import ENVIRONMENT
from .waiting import until

WRITES = ("write", "writev", "pwrite64", "sendto", "sendmsg")
OPENS = ("open", "openat", "creat")
CALLS = (*WRITES, *OPENS, "execve", "execveat", "mkdirat", "chmod", "fchmod", "fchmodat", "socket")
WG0 = "/etc/wireguard/wg0.conf"
STATE = "/var/lib/sixrelay"
# What somebody had there before, for all to read.
THEIRS = {"their private key": x25519.generate(), "their preshared key": x25519.generate()}
THEIR_WG0 = """[Interface]
PrivateKey = {}
[Peer]
PublicKey = YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=
PresharedKey = {}
""".format(*THEIRS.values())
# A key that somebody puts in the place of the relay's own, as one does who moves a relay.
MOVED = x25519.generate()
# ufw starts hundreds of programs for each of its rules.
SETTINGS = "[relay]\nmanage_ufw = no\n"
# What the metadata service may say beside what the relay needs.
TOLD = {
    "user-data": "#cloud-config\npassword: xyzzy-of-the-user-data\n",
    "vendor-data": "chpasswd: root:$6$xyzzyofthevendordata$x\n",
    "startup-script": "echo xyzzy-of-the-startup-script",
    "root-password": "xyzzy-root-password",
    "password-hash": "$6$xyzzypasswordhash$xyzzy",
}
SERVER, ROUTER = {"server.key", "moved key"}, {"mikrotik.key"}
ANY = SERVER | ROUTER | set(THEIRS)
# Who writes whose keys, and where to. To wireguard-go wg speaks by a socket.
ALLOWED = {
    ("sixrelay", "/etc/wireguard/.server.key.sixrelay"): SERVER,
    ("sixrelay", "/etc/wireguard/.mikrotik.key.sixrelay"): ROUTER,
    ("sixrelay", "/etc/wireguard/.wg0.conf.sixrelay"): SERVER | set(THEIRS),
    ("sixrelay", f"{STATE}/before/etc/wireguard/.wg0.conf.sixrelay"): set(THEIRS),
    ("sixrelay", f"{STATE}/.script-home.rsc.sixrelay"): ROUTER,
    ("sixrelay", "/dev/console"): ROUTER,
    ("sixrelay", "/memfd:sixrelay"): ANY,
    ("sixrelay script", "pipe"): ROUTER,
    ("diff", "pipe"): ANY,
    ("wg-quick", "pipe"): SERVER,
    ("wg", "pipe"): SERVER,
    ("wg", "socket"): SERVER,
    ("wireguard-go", "socket"): SERVER,
}
SHELLS = {"sh", "dash", "bash", "env", "python3", "perl"}
CLEAN = '["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"]'
RAW = re.compile(r"AF_PACKET|AF_INET6?, SOCK_RAW")
# In the place of a program: records what it was started with, and does the same as that.
PROBE = """#!/bin/sh
name=${{0##*/}}
# By the shell itself: while it starts a program it blocks signals.
status=
while read -r what value; do
	case $what in
	SigBlk: | SigIgn: | Umask:) status="$status $what $value" ;;
	esac
done </proc/$$/status
if [ "$(readlink /proc/$PPID/exe)" = /usr/sbin/sixrelay ]; then
	{{
		tr '\\0' '\\n' </proc/$$/environ
		# The shell's own have two digits.
		for fd in 0 1 2 3 4 5 6 7 8 9; do
			[ ! -L "/proc/$$/fd/$fd" ] || echo "fd $fd"
		done
		echo "core $(ulimit -Sc) $(ulimit -Hc)"
		echo "$status"
	}} >"/run/probe/$name"
fi
{then}
"""
ON = 'exec "/usr/lib/probed/$name" "$@"'
HANG = "exec sleep 1000"
PROBED = ["/usr/sbin/ufw", "/usr/bin/diff", "/usr/bin/wg", "/usr/sbin/sshd"]
STARTED_WITH = """PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
fd 0
fd 1
fd 2
{more}core 0 0
Umask: 0022 SigBlk: 0000000000000000 SigIgn: 0000000000000000
"""


@dataclasses.dataclass
class Run:
    """One of sixrelay's: its arguments, what it said, its exit status."""

    arguments: tuple
    said: str
    status: int


class Life:
    """What happens to a machine, and all that can be seen of it."""

    def __init__(self, lab, log):
        self.lab, self.vps = lab, lab.vps
        self.runs = []
        self.secrets = [Secret(name, text) for name, text in THEIRS.items()]
        self.secrets.append(Secret("moved key", MOVED))
        self.canaries = [Secret(name, text) for name, text in TOLD.items()]
        self.prepare()
        with trace.traced(self.vps, log, *CALLS) as read:
            self.live()
            trace.marked(self.vps, read, "the-end")
            self.calls = read()
        self.console = self.vps.console()
        vps = self.vps
        vps.settings("")
        vps.run(["sixrelay", "apply"])

    def everything(self):
        return self.secrets + self.canaries

    def prepare(self):
        vps = self.vps
        self.tell()
        vps.settings(SETTINGS)
        vps.write(WG0, THEIR_WG0)
        vps.write("/root/mine", "mine\n")
        # What a run that was cut short has left; or somebody has put there.
        vps.run(["ln", "-s", "/root/mine", "/etc/wireguard/.wg0.conf.sixrelay"])
        vps.run(["ln", "/root/mine", "/etc/wireguard/.server.key.sixrelay"])

    def tell(self):
        self.lab.metadata.set({**document([RESERVED]), **TOLD})

    def learn(self):
        """The keys that are there now."""
        for name in ("server.key", "mikrotik.key"):
            text = self.vps.read(f"/etc/wireguard/{name}").strip()
            self.secrets.append(Secret(name, text))

    def run(self, *arguments, status=0, umask="0022"):
        """As a person does, in a service of its own, for it to be traced."""
        say(f"sixrelay {' '.join(arguments)}, traced")
        argv = ["systemd-run", "--quiet", "--wait", "--pipe", f"--property=UMask={umask}"]
        done = self.vps.run([*argv, "sixrelay", *arguments], check=False, timeout=180)
        assert done.returncode == status, done
        self.runs.append(Run(arguments, done.stdout + done.stderr, status))

    def boot_service(self, check=True):
        say("sixrelay.service, traced")
        self.vps.run(["systemctl", "start", "sixrelay.service"], check=check, timeout=180)

    def live(self):
        vps = self.vps
        self.run("plan", status=1)
        self.boot_service()
        self.learn()
        self.boot_service()
        for arguments in (("plan",), ("status",), ("status", "--json"), ("status", "--verbose")):
            self.run(*arguments)
        self.run("script")
        self.run("script", "--no-secret")
        # No router is there: the handshake fails.
        self.run("verify", "--json", status=1)

        vps.write("/etc/wireguard/server.key", f"{MOVED}\n", 0o600)
        self.run("plan", status=1)
        self.run("plan", "--json", status=1)
        self.run("apply", umask="0000")

        vps.settings("[relay\n")
        self.run("apply", status=1)
        vps.settings(SETTINGS)
        self.lab.metadata.set('{"user-data": "%s", "interfaces": [' % TOLD["root-password"])
        self.run("apply", "--verbose")
        self.tell()
        self.run("revert", "--yes", "--keep-keys", umask="0777")
        self.run("apply", umask="0777")

    def of(self, *arguments):
        return [run for run in self.runs if run.arguments[: len(arguments)] == arguments]


@pytest.fixture(scope="module")
def life(request, suite, installed, tmp_path_factory):
    with maker(request, suite) as make:
        lab = make(reserved=[RESERVED])
        lab.vps.boot()
        with visible(request):
            yield Life(lab, tmp_path_factory.mktemp("life") / "trace")


def files(vps):
    """The path and content of every regular file that was written since the machine was made."""
    upper = vps.root.parent / "upper"
    root = pathlib.Path(f"/proc/{vps.pid}/root")
    for top in (upper, root / "run", root / "tmp", root / "dev"):
        for directory, _, names in os.walk(top):
            for path in (pathlib.Path(directory) / name for name in names):
                try:
                    if stat.S_ISREG(path.lstat().st_mode):
                        inside = path.relative_to(top if top == upper else top.parent)
                        yield f"/{inside}", path, path.read_bytes()
                except FileNotFoundError:
                    pass


def held(secrets, call):
    """The names of those that are in a call's arguments."""
    return {each.split(":")[0] for each in found(secrets, call.arguments)}


def program(call):
    """What is started."""
    return call.arguments.split(",")[0].strip('"')


def target(call):
    """The path of the descriptor that is a call's first argument, or what else it is."""
    match = re.match(r"\d+<([^>]*)", call.arguments)
    return re.sub(r":\[.*", "", match[1]) if match else ""


def test_the_life_was_seen_whole(life):
    """Else nothing is found, because nothing was looked at."""
    started = {program(call) for call in life.calls if "exec" in call.name}
    assert {"/usr/sbin/sixrelay", "/usr/bin/wg-quick", "/usr/bin/diff", "/usr/bin/wg"} <= started
    assert "(hidden)" in life.of("plan")[-2].said
    assert {"sixrelay", "wg"} <= {call.who for call in life.calls if held(life.secrets, call)}
    assert {"server.key", "moved key", "mikrotik.key"} <= {secret.name for secret in life.secrets}


def test_files_that_hold_a_key_are_roots_alone(life):
    holders = {}
    for name, path, content in files(life.vps):
        names = {each.split(":")[0] for each in found(life.everything(), content)}
        if names:
            holders[name] = names
            assert stat.S_IMODE(path.stat().st_mode) == 0o600 and path.stat().st_uid == 0, name
    assert holders == {
        WG0: {"moved key"},
        "/etc/wireguard/server.key": {"moved key"},
        "/etc/wireguard/mikrotik.key": {"mikrotik.key"},
        f"{STATE}/script-home.rsc": {"mikrotik.key"},
        f"{STATE}/before{WG0}": set(THEIRS),
    }
    for directory in ("/etc/wireguard", STATE):
        assert life.vps.run(["stat", "-c", "%a %u", directory]).stdout == "700 0\n"


def test_files_are_0600_from_the_first_byte(life):
    """Whatever the umask is. None is written in place, or to what stands at a temporary name."""
    opened, holding = {}, {}
    for call in life.calls:
        where = call.pid, target(call)
        if call.who != "sixrelay":
            continue
        if call.name in OPENS:
            where = call.pid, call.result.partition("<")[2].rstrip(">")
            opened[where], holding[where] = call, set()
        elif call.name == "fchmod" and int(call.arguments.rpartition(" ")[2], 8) & 0o077:
            # Theirs comes back as it was.
            assert holding.get(where, set()) <= set(THEIRS), call
        elif call.name in WRITES and target(call).startswith(("/etc", "/var", "/run", "/tmp")):
            holding[where] |= held(life.secrets, call)
            for flag in ("O_CREAT", "O_EXCL", "O_NOFOLLOW", "O_CLOEXEC", ", 0600"):
                assert not holding[where] or flag in opened[where].arguments, opened[where]
        else:
            assert call.name not in ("chmod", "fchmodat"), call
    assert len([each for each in holding.values() if each]) >= 8
    for call in life.calls:
        if call.name == "mkdirat" and call.result == "0":
            if re.match(r'\d+<(/etc|/var/lib)>, "(wireguard|sixrelay)", ', call.arguments):
                assert call.arguments.endswith(" 0700"), call
    assert life.vps.read("/root/mine") == "mine\n"


def test_keys_go_nowhere_but_to_those_who_need_them(life):
    """All that anybody has written: to files, pipes, sockets and terminals."""
    scripts = [
        call.pid
        for call in life.calls
        if call.name == "execve" and '"script"]' in call.arguments and call.result == "0"
    ]
    for call in life.calls:
        names = held(life.everything(), call) if call.name in WRITES else set()
        if names:
            way = call.who, re.sub(r"^/dev/pts/\d+$", "/dev/console", target(call))
            if call.pid in scripts:
                way = "sixrelay script", way[1]
            assert names <= ALLOWED.get(way, set()), (way, names)


def test_no_program_is_started_with_a_key(life):
    for call in life.calls:
        assert not call.name.startswith("exec") or not held(life.everything(), call), call


def test_the_agents_children_get_a_clean_environment_and_none_is_a_shell(life):
    children = [call for call in life.calls if call.name == "execve" and call.who == "sixrelay"]
    assert len(children) > 10
    for call in children:
        assert call.arguments.endswith(f"], {CLEAN}"), call
        assert program(call).rpartition("/")[2] not in SHELLS
    assert not [call for call in life.calls if call.name == "execveat" and call.who == "sixrelay"]


def test_raw_sockets_are_for_the_proofs_alone(life):
    commands, raw = {}, {}
    for call in life.calls:
        if call.name == "execve" and program(call) == "/usr/sbin/sixrelay":
            commands[call.pid] = call.arguments
            raw[call.pid] = 0
        if call.name == "socket" and call.pid in raw:
            raw[call.pid] += bool(RAW.search(call.arguments))

    def sockets(word):
        return [raw[pid] for pid, argv in commands.items() if f'"{word}"' in argv]

    for word in ("plan", "status", "script", "revert"):
        assert sockets(word) and not any(sockets(word)), word
    assert all(sockets("verify"))
    first, second = sockets("--quiet")
    assert first > 0 and second == 0, "of the boot service, the second run had nothing to do"


def test_nothing_is_said_but_in_the_script(life):
    server = [each for each in life.secrets if each.name != "mikrotik.key"]
    router = [each for each in life.secrets if each.name == "mikrotik.key"]
    for run in life.runs:
        shown = run.arguments == ("script",)
        assert found(server + life.canaries, run.said) == [], run
        assert bool(found(router, run.said)) == shown, run
    assert found(server + life.canaries, life.console) == []
    # Until the router is seen it is shown, by design: to whom the machine is.
    assert len(all_announced(life.vps)) == life.console.count("private-key=")


def test_the_journal_has_none(life):
    journal = life.vps.run(["journalctl", "-o", "export", "--all", "--no-pager"]).stdout
    assert "SIXRELAY_COMMAND=apply" in journal
    assert found(life.everything(), journal) == []


@pytest.mark.parametrize("command", ["apply", "plan", "status", "verify", "revert"])
def test_none_is_left_in_memory(life, command):
    """At the end of a run that works on the machine itself (the rest is in tests/cli)."""
    vps = life.vps
    options = ["--yes", "--keep-keys"] if command == "revert" else []
    vps.run(["ufw", "delete", "allow", "51820/udp"])
    if command in ("apply", "plan"):
        vps.run(["sed", "-i", "s/ListenPort/#\\n&/", WG0])
    source = pathlib.Path(memory.__file__).read_text()
    argv = vps.argv(["python3", "-c", source, "/usr/sbin/sixrelay", command, *options])
    done = subprocess.run(argv, capture_output=True, timeout=120, env=ENVIRONMENT)
    assert done.returncode == (command in ("plan", "verify")), done.stderr
    assert b"SIXRELAY" in done.stdout or b"sixrelay" in done.stdout
    assert found(life.secrets, done.stdout) == []
    if command == "revert":
        vps.run(["sixrelay", "apply"])


@pytest.fixture
def probed(life):
    """Installs a probe in the place of each program; yields what installs another for one."""
    vps = life.vps
    vps.run(["mkdir", "-p", "/usr/lib/probed", "/run/probe"])

    def install(path, then=ON):
        vps.write(path, PROBE.format(then=then), 0o755)

    for path in PROBED:
        vps.run(["mv", path, "/usr/lib/probed"])
        install(path)
    yield install
    for path in PROBED:
        vps.run(["mv", f"/usr/lib/probed/{path.rpartition('/')[2]}", path])


def test_a_child_has_what_it_needs_and_nothing_else(life, probed):
    """Whatever its parent was started with."""
    vps = life.vps
    vps.run(["ufw", "delete", "allow", "51820/udp"])
    vps.run(["sh", "-c", f"echo >>{WG0}; echo >>/etc/ssh/sshd_config.d/00-hardening.conf"])
    script = """
        trap '' PIPE INT TERM
        umask 0
        cd /root
        sixrelay plan 7</etc/passwd 8>/root/eight
        sixrelay apply 7</etc/passwd 8>/root/eight
        sixrelay status
    """
    env = {"SECRET": "of the caller", "LD_LIBRARY_PATH": "/root", "IFS": "x"}
    vps.run(["sh", "-c", script], check=False, env=env, timeout=120)
    for path in PROBED:
        name = path.rpartition("/")[2]
        more = "fd 3\n" if name == "diff" else ""
        lines = vps.read(f"/run/probe/{name}").splitlines()
        seen = "".join(f"{' '.join(line.split())}\n" for line in lines)
        assert seen == STARTED_WITH.format(more=more), name


def processes(vps, name):
    """Of the machine, by their numbers here."""
    argv = ["pgrep", "-x", name, "--ns", str(vps.pid), "--nslist", "pid"]
    return [int(pid) for pid in subprocess.run(argv, capture_output=True).stdout.split()]


def test_a_crash_leaves_no_core(life, probed):
    """Of the agent in the middle of a run, of its child; a program that may does leave one."""
    vps = life.vps
    if pathlib.Path("/proc/sys/kernel/core_pattern").read_text() != "core\n":
        pytest.skip("kernel.core_pattern is not a file's name in the working directory")
    probed("/usr/sbin/ufw", HANG)
    vps.run(["mv", "/usr/lib/probed/ufw", "/usr/lib/probed/ufw.real"])
    try:
        vps.run(["/usr/lib/probed/ufw.real", "delete", "allow", "51820/udp"])
        # Each has a directory of its own: all cores may be called the same.
        vps.run(["mkdir", "-p", "/root/cores/theirs", "/root/cores/ours"])
        mark = "/run/probe"
        vps.run(["touch", mark])
        script = "cd /root/cores/theirs; ulimit -c unlimited; sleep 1000 &"
        script += " cd ../ours; exec sixrelay apply"
        argv = vps.argv(["sh", "-c", script])
        child = subprocess.Popen(argv, env=ENVIRONMENT, stderr=subprocess.DEVNULL)
        until(lambda: len(processes(vps, "sleep")) == 2, 20, "the agent's child")
        (agent,) = processes(vps, "sixrelay")
        theirs, ours = sorted(processes(vps, "sleep"), key=lambda pid: parent(pid) == agent)
        assert parent(ours) == agent
        keys = [each for each in life.secrets if each.name in ("moved key", "mikrotik.key")]
        assert found(keys, live_memory(agent)), "it is stopped while it knows the keys"
        for pid in (theirs, agent, ours):
            os.kill(pid, signal.SIGSEGV)
        child.wait(20)
        until(lambda: not processes(vps, "sleep"), 20, "their ends")
        new = ["-xdev", "-type", "f", "-newer", mark, "-name", "core*"]
        cores = vps.run(["find", "/", *new]).stdout
        assert re.fullmatch(r"/root/cores/theirs/core\S*\n", cores), cores
    finally:
        vps.run(["mv", "/usr/lib/probed/ufw.real", "/usr/lib/probed/ufw"])
        vps.run(["rm", "-rf", "/root/cores"])
    assert vps.run(["systemctl", "show", "-P", "LimitCORE", "sixrelay.service"]).stdout == "0\n"


def parent(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def live_memory(pid):
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as file:
        return b"".join(memory.contents(pathlib.Path(f"/proc/{pid}/maps").read_text(), file))
