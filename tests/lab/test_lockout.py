# SPDX-License-Identifier: MIT
"""sshd is hardened only where somebody then gets in with a key: sshd itself says who does."""

import dataclasses
import json

import pytest

from .conftest import maker
from .gateway import RESERVED
from .logins import KINDS, Logins
from .terminal import Terminal
from .waiting import until

DROP_IN = "/etc/ssh/sshd_config.d/00-hardening.conf"
NOT_HARDENED = "NOT hardened"
PRELUDE = """
K="$(cat /root/lab_ed25519.pub)"
ROOTS=/root/.ssh/authorized_keys
MINE=/home/me/.ssh/authorized_keys
BY_USER='AuthorizedKeysFile /etc/ssh/keys/%u'
COMMAND='AuthorizedKeysCommand /bin/cat /etc/ssh/all'
NOBODY='AuthorizedKeysCommandUser nobody'
NONE='AuthorizedKeysFile none'
key_for() {
    install -d -m 0700 -o "$1" "$2/.ssh"
    printf '%s\\n' "$3" >"$2/.ssh/authorized_keys"
    chown "$1:" "$2/.ssh/authorized_keys"
    chmod 0600 "$2/.ssh/authorized_keys"
}
root_key() { key_for root /root "${1-$K}"; }
my_key() { key_for me /home/me "${1-$K}"; }
conf() { printf '%s\\n' "$@" >/etc/ssh/sshd_config.d/10-owner.conf; }
make() { ssh-keygen -q -N '' -t "$1" -b "$2" -f /root/made; cat /root/made.pub; }
"""


@pytest.fixture(scope="module")
def logins(request, suite, installed):
    """A relay at work whose owner has nothing but passwords."""
    with maker(request, suite) as make:
        lab = make(reserved=[RESERVED])
        lab.vps.boot()
        who = Logins(lab.vps)
        lab.vps.run(["sixrelay", "apply"])
        yield who


@pytest.fixture
def fresh(logins):
    logins.restore()
    return logins


def sixrelay(logins, command):
    done = logins.vps.run(["sixrelay", command], check=False)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def is_hardened(logins):
    return logins.vps.exists(DROP_IN)


@dataclasses.dataclass(frozen=True)
class Case:
    """setup: commands; hardened: whether sixrelay may; why: what it says where it may not."""

    name: str
    setup: str
    hardened: bool = False
    why: str = ""


# The first part of a line of root's authorized_keys, and whether sshd takes it, and sixrelay.
LINES = [
    ("a key", "$K", True, True),
    ("restrict", "restrict $K", True, True),
    ("no-pty", "no-pty $K", True, True),
    ("flags", "no-agent-forwarding,No-X11-Forwarding,restrict,pty,no-user-rc $K", True, True),
    ("a flag for tokens", "no-touch-required $K", True, True),
    ("blanks first", "  \t$K", True, True),
    ("a carriage return", "$K\r", True, True),
    ("a carriage return after the key", "${K% *}\r", True, True),
    ("comments and others before it", "# mine\n\nssh-dss AAAA old\n$K", True, True),
    ("a long line", "$K $(head -c 20000 /dev/zero | tr '\\0' x)", True, True),
    # Good today; nobody knows for how long, or from where the owner comes tomorrow.
    ("from here", 'from=\\"127.0.0.0/8\\" $K', True, False),
    ("for long", 'expiry-time=\\"20990101\\" $K', True, False),
    ("an environment", 'environment=\\"A=b\\" $K', True, False),
    # What sshd doesn't take, or what is no shell
    ("from elsewhere", 'from=\\"198.51.100.0/24\\" $K', False, False),
    ("expired", 'expiry-time=\\"20200101\\" $K', False, False),
    ("a command", 'command=\\"echo Please log in as ubuntu\\" $K', False, False),
    ("a CA's", "cert-authority $K", False, False),
    ("principals", 'principals=\\"root\\" $K', False, False),
    ("an unknown option", "no-typo $K", False, False),
    ("an unknown option among others", "restrict,ptty $K", False, False),
    ("a comma too many", "restrict, $K", True, False),
    ("no blank after the options", "restrict,$K", False, False),
    ("a value to a flag", 'no-pty=\\"yes\\" $K', False, False),
    ("no-restrict", "no-restrict $K", False, False),
    ("a byte order mark", "\\357\\273\\277$K", False, False),
    ("commented out", "#$K", False, False),
    ("cut short", "$(echo $K | cut -c 1-60)", False, False),
    ("cut by two characters", "$(echo $K | cut -c 1-78)", False, False),
    ("something after the key", "$(echo $K | cut -c 1-80)AAAA", False, False),
    ("the type of another", "ssh-rsa ${K#* }", False, False),
    ("the key on the next line", "ssh-ed25519\n${K#* }", False, False),
    ("upper case", "SSH-ED25519 ${K#* }", False, False),
    ("nothing", "", False, False),
]


@pytest.mark.parametrize(
    "line, taken, believed", [row[1:] for row in LINES], ids=[row[0] for row in LINES]
)
def test_a_line_is_believed_only_if_sshd_takes_it(logins, line, taken, believed):
    logins.sh(f'{PRELUDE}\nroot_key x; printf "{line}\\n" >/root/.ssh/authorized_keys')
    logins.sh(f"rm -f {DROP_IN}")
    assert logins.gets_in("root", "key") is taken
    assert (NOT_HARDENED not in sixrelay(logins, "plan")[1]) is believed


CASES = [
    Case("nobody has a key", ":", why="no key"),
    Case("root has one", "root_key", True),
    Case("an administrator has one", "my_key", True),
    Case("both have", "root_key; my_key", True),
    # Keys of other kinds
    Case("ecdsa", 'root_key "$(make ecdsa 384)"', True),
    Case("rsa", 'root_key "$(make rsa 2048)"', True),
    Case(
        "rsa too short",
        'conf "RequiredRSASize 3072"; root_key "$(make rsa 2048)"',
        why="RequiredRSASize",
    ),
    Case("rsa of 1024", 'root_key "$(make rsa 1024)"', True),
    Case(
        "a type that is refused",
        'conf "PubkeyAcceptedAlgorithms rsa-sha2-512"; root_key',
        why="PubkeyAcceptedAlgorithms",
    ),
    Case(
        "a type that is taken",
        'conf "PubkeyAcceptedAlgorithms rsa-sha2-512"; root_key "$(make rsa 2048)"',
        True,
    ),
    Case(
        "revoked",
        'cp /root/lab_ed25519.pub /etc/ssh/revoked; conf "RevokedKeys /etc/ssh/revoked"; root_key',
        why="RevokedKeys",
    ),
    # Where keys are
    Case(
        "the second file",
        "root_key; mv $ROOTS ${ROOTS}2",
        True,
    ),
    Case(
        "the second file isn't read",
        "root_key; mv $ROOTS ${ROOTS}2; conf 'AuthorizedKeysFile .ssh/authorized_keys'",
    ),
    Case(
        "by user",
        'mkdir /etc/ssh/keys; echo "$K" >/etc/ssh/keys/me; conf "$BY_USER"',
        True,
    ),
    Case(
        "by user, unreadable",
        'install -d -m 0700 /etc/ssh/keys; echo "$K" >/etc/ssh/keys/me; conf "$BY_USER"',
        why="/etc/ssh/keys",
    ),
    Case(
        "by home and number",
        'echo "$K" >/home/me/keys-$(id -u me); conf "AuthorizedKeysFile %h/keys-%U"',
        True,
    ),
    Case("elsewhere, and a key at home", 'my_key; conf "$BY_USER"'),
    Case("no files", 'root_key; my_key; conf "AuthorizedKeysFile none"'),
    Case(
        "by a command alone",
        'cp /root/lab_ed25519.pub /etc/ssh/all; conf "$NONE" "$COMMAND" "$NOBODY"',
    ),
    Case(
        "by certificates alone",
        'conf "AuthorizedKeysFile none" "TrustedUserCAKeys /root/lab_ed25519.pub"',
    ),
    # Permissions
    Case(
        "the file open",
        "my_key; chmod 0620 $MINE",
        why="/home/me/.ssh/authorized_keys",
    ),
    Case("the directory open", "my_key; chmod 0770 /home/me/.ssh", why="/home/me/.ssh"),
    Case("the home open", "my_key; chmod 0777 /home/me", why="/home/me"),
    Case("all open, and nobody minds", "my_key; chmod 0777 /home/me; conf 'StrictModes no'", True),
    Case("another's file", "my_key; chown nobody $MINE"),
    Case(
        "root's file, readable",
        "my_key; chown root $MINE; chmod 0644 $MINE",
        True,
    ),
    Case(
        "root's file, unreadable",
        "my_key; chown root:root $MINE",
        why="/home/me/.ssh/authorized_keys",
    ),
    Case("root's directory, unreadable", "my_key; chown root:root /home/me/.ssh"),
    Case(
        "a link",
        "my_key; mv $MINE /home/me/keys; ln -s ../keys $MINE",
        True,
    ),
    Case(
        "a link to where all may write",
        "my_key; install -d -m 0777 /srv/keys; mv $MINE /srv/keys/me; ln -s /srv/keys/me $MINE",
        why="/srv/keys",
    ),
    Case("a link to nowhere", "my_key; ln -sf /nowhere $MINE"),
    Case(
        "a directory",
        "my_key; rm $MINE; mkdir $MINE",
    ),
    Case(
        "a pipe",
        "my_key; rm $MINE; mkfifo -m 0600 $MINE; chown me $MINE",
    ),
    # The account
    Case("no group of administrators", "my_key; gpasswd -d me sudo"),
    Case("by the primary group", "my_key; gpasswd -d me sudo; usermod -g sudo me", True),
    Case("a locked password", "my_key; usermod -L me", True),
    Case("a locked password, without PAM", "my_key; usermod -L me; conf 'UsePAM no'", why="locked"),
    Case("no shell", "my_key; usermod -s /usr/sbin/nologin me", why="shell"),
    Case("false for a shell", "my_key; usermod -s /bin/false me", why="shell"),
    Case("a shell that isn't there", "my_key; usermod -s /bin/fish me", why="shell"),
    Case(
        "a shell that can't be run",
        "my_key; install -m 0644 /bin/sh /home/me/sh; usermod -s /home/me/sh me",
        why="shell",
    ),
    Case("expired", "my_key; chage -E 2020-01-01 me", why="expire"),
    Case("expired, without PAM", "my_key; chage -E 2020-01-01 me; conf 'UsePAM no'", why="expire"),
    Case("no home", "my_key; rm -r /home/me"),
    # What sshd is told about them
    Case("no root", "root_key; conf 'PermitRootLogin no'", why="PermitRootLogin"),
    Case(
        "no root, in the main file",
        "root_key; sed -i 's/^PermitRootLogin .*/PermitRootLogin no/' /etc/ssh/sshd_config",
        why="PermitRootLogin",
    ),
    Case(
        "no root, first of all",
        "root_key; sed -i -e '/^PermitRootLogin/d' -e '1i PermitRootLogin no' /etc/ssh/sshd_config",
        why="PermitRootLogin",
    ),
    Case(
        "no root, by an earlier file",
        "root_key; echo 'PermitRootLogin no' >/etc/ssh/sshd_config.d/00-a.conf",
        why="PermitRootLogin",
    ),
    Case(
        "root for commands",
        "root_key; conf 'PermitRootLogin forced-commands-only'",
        why="PermitRootLogin",
    ),
    Case("no root, and an administrator", "root_key; my_key; conf 'PermitRootLogin no'", True),
    Case("no keys", "root_key; conf 'PubkeyAuthentication no'", why="PubkeyAuthentication"),
    Case(
        "key and password",
        "root_key; conf 'AuthenticationMethods publickey,password'",
        why="AuthenticationMethods",
    ),
    Case(
        "the password",
        "root_key; conf 'AuthenticationMethods password'",
        why="AuthenticationMethods",
    ),
    Case(
        "two keys",
        "root_key; conf 'AuthenticationMethods publickey,publickey'",
        why="AuthenticationMethods",
    ),
    Case("either", "root_key; conf 'AuthenticationMethods publickey,password publickey'", True),
    Case("others are let in", "root_key; my_key; conf 'AllowUsers you'", why="AllowUsers"),
    Case("one is let in", "root_key; my_key; conf 'AllowUsers m*'", True),
    Case("let in from elsewhere", "my_key; conf 'AllowUsers me@198.51.100.1'", why="AllowUsers"),
    Case("kept out", "my_key; conf 'DenyUsers ?e'", why="DenyUsers"),
    Case("kept out from here", "my_key; conf 'DenyUsers me@127.*'", why="DenyUsers"),
    Case("groups are let in", "my_key; conf 'AllowGroups ssh wheel'", why="AllowGroups"),
    Case("his group is let in", "my_key; conf 'AllowGroups sudo'", True),
    Case("his group is kept out", "my_key; conf 'DenyGroups me'", why="DenyGroups"),
    Case(
        "a Match for him",
        "my_key; conf 'Match User me' 'PubkeyAuthentication no'",
        why="PubkeyAuthentication",
    ),
    Case(
        "a Match for his group",
        "my_key; conf 'Match Group sudo' 'AuthenticationMethods password'",
        why="AuthenticationMethods",
    ),
    Case("a Match for root", "root_key; conf 'Match User root' 'AuthorizedKeysFile /nowhere'"),
    Case(
        "a Match for strangers",
        "my_key; conf 'Match Address *,!198.51.100.1' 'PubkeyAuthentication no'",
        why="PubkeyAuthentication",
    ),
    Case("another port", "root_key; conf 'Port 22' 'Port 2222'", True),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_who_got_in_still_does(fresh, case):
    fresh.sh(f"{PRELUDE}\n{case.setup}")
    fresh.read_again()
    kinds = (*KINDS, "both") if "AuthenticationMethods" in case.setup else KINDS
    before = fresh.ways(kinds)
    code, said = sixrelay(fresh, "apply")
    after = fresh.ways(kinds)
    lost = f"{sorted(before)} got in before, {sorted(after)} after:\n{said}"
    assert after & before or not before, lost
    assert code == 0
    assert is_hardened(fresh) is case.hardened, said
    if case.hardened:
        assert "password" not in {kind for _, kind in after}
    else:
        assert after == before
        assert NOT_HARDENED in said and case.why in said


RELOAD = "/etc/systemd/system/ssh.service.d/lab.conf"


def prepare(logins, setup):
    logins.sh(f"{PRELUDE}\n{setup}")
    logins.read_again()
    return logins.ways()


@pytest.mark.parametrize(
    "gone",
    [
        "rm /root/.ssh/authorized_keys",
        ": >/root/.ssh/authorized_keys",
        "chmod 0777 /root/.ssh",
        "usermod -s /usr/sbin/nologin root",
        "conf 'PubkeyAuthentication no'",
        "conf 'AllowUsers me'",
    ],
)
def test_a_key_that_goes_away_gives_the_password_back(fresh, gone):
    """Whatever its owner, or cloud-init, does to it later."""
    fresh.sh(f"{PRELUDE}\nroot_key")
    before = prepare(fresh, ":")
    assert sixrelay(fresh, "apply")[0] == 0
    assert is_hardened(fresh) and ("me", "password") not in fresh.ways()
    fresh.sh(f"{PRELUDE}\n{gone}")
    assert "passwords log in again" in sixrelay(fresh, "plan")[1]
    code, said = sixrelay(fresh, "apply")
    assert code == 0 and "take back" in said and "passwords log in again" in said
    assert not is_hardened(fresh)
    assert fresh.ways() & before >= {("me", "password")}
    assert sixrelay(fresh, "plan")[0] == 0


def test_the_service_asks_sshd_as_a_person_does(fresh):
    """It is confined, and may touch less."""
    before = prepare(fresh, "root_key; conf 'AuthorizedKeysFile /etc/ssh/keys/%u'")
    fresh.vps.run(["systemctl", "start", "sixrelay.service"])
    assert not is_hardened(fresh) and fresh.ways() == before
    fresh.sh("rm /etc/ssh/sshd_config.d/10-owner.conf")
    fresh.vps.run(["systemctl", "start", "sixrelay.service"])
    assert is_hardened(fresh) and fresh.ways() == {("root", "key")}


def test_a_key_that_comes_back_is_believed_again(fresh):
    prepare(fresh, "root_key")
    sixrelay(fresh, "apply")
    fresh.sh("mv /root/.ssh/authorized_keys /root/kept")
    sixrelay(fresh, "apply")
    assert not is_hardened(fresh)
    fresh.sh("mv /root/kept /root/.ssh/authorized_keys")
    assert sixrelay(fresh, "apply")[0] == 0
    assert is_hardened(fresh) and fresh.ways() == {("root", "key")}


def test_settings_that_sshd_refuses_are_no_reason_to_take_anything_back(fresh):
    """Nobody can say who would get in; and sshd goes on with what it has."""
    prepare(fresh, "root_key")
    sixrelay(fresh, "apply")
    fresh.sh(f"{PRELUDE}\nrm /root/.ssh/authorized_keys; conf 'NoSuchOption yes'")
    assert "before you log out" in sixrelay(fresh, "apply")[1]
    assert is_hardened(fresh)


@pytest.mark.parametrize("how", ["false", "kill -KILL $MAINPID; exit 1"], ids=["refused", "dies"])
def test_a_reload_that_fails_takes_the_drop_in_back(fresh, how):
    text = f"[Service]\nRestart=no\nExecReload=\nExecReload=/bin/sh -c '{how}'\n"
    fresh.vps.write(RELOAD, text)
    before = prepare(fresh, "root_key; systemctl daemon-reload")
    for _ in range(2):
        code, said = sixrelay(fresh, "apply")
        assert code == 1 and f"{DROP_IN} is taken back" in said
        assert not is_hardened(fresh)
        assert fresh.vps.unit_state("ssh.service") == "active"
        assert fresh.ways() == before
    fresh.sh(f"rm {RELOAD}; systemctl daemon-reload")
    assert sixrelay(fresh, "apply")[0] == 0
    assert is_hardened(fresh) and ("root", "key") in fresh.ways()


def test_a_reload_that_fails_brings_back_what_somebody_made_of_the_drop_in(fresh):
    prepare(fresh, "root_key")
    sixrelay(fresh, "apply")
    edited = "PasswordAuthentication yes\nPermitRootLogin yes\n"
    fresh.vps.write(DROP_IN, edited)
    fresh.vps.write(RELOAD, "[Service]\nExecReload=\nExecReload=false\n")
    before = prepare(fresh, "systemctl daemon-reload")
    assert sixrelay(fresh, "apply")[0] == 1
    assert fresh.vps.read(DROP_IN) == edited
    assert fresh.ways() == before
    fresh.sh(f"rm {RELOAD}; systemctl daemon-reload")
    assert sixrelay(fresh, "apply")[0] == 0
    assert "PasswordAuthentication no" in fresh.vps.read(DROP_IN)


def test_a_reload_that_fails_after_a_run_cut_short_takes_the_drop_in_back(fresh):
    """The run before this one has written it, and was killed before sshd read it."""
    before = prepare(fresh, "root_key")
    sixrelay(fresh, "apply")
    state = json.loads(fresh.vps.read("/var/lib/sixrelay/state.json"))
    state.setdefault("pending", {})["sshd"] = True
    fresh.vps.write("/var/lib/sixrelay/state.json", json.dumps(state), 0o600)
    fresh.vps.write(RELOAD, "[Service]\nExecReload=\nExecReload=false\n")
    fresh.sh("systemctl daemon-reload")
    code, said = sixrelay(fresh, "apply")
    assert code == 1 and "is taken back" in said
    assert not is_hardened(fresh)
    fresh.read_again()
    assert fresh.ways() == before
    fresh.sh(f"rm {RELOAD}; systemctl daemon-reload")
    assert sixrelay(fresh, "apply")[0] == 0
    assert is_hardened(fresh)


def test_sshd_that_does_not_run_is_left_so(fresh):
    """Nobody is logged in by it; at its next start it reads what it has been tested with."""
    prepare(fresh, "root_key")
    fresh.sh("systemctl stop ssh ssh.socket")
    assert sixrelay(fresh, "apply")[0] == 0
    assert fresh.vps.unit_state("ssh.service") == "inactive"
    fresh.sh("systemctl start ssh")
    assert ("root", "key") in fresh.ways()


def test_sshd_started_by_its_socket(fresh):
    fresh.sh("systemctl stop ssh; systemctl start ssh.socket")
    try:
        fresh.sh(f"{PRELUDE}\nroot_key")
        assert sixrelay(fresh, "apply")[0] == 0
        assert is_hardened(fresh)
        assert fresh.ways() == {("root", "key")}
    finally:
        fresh.sh("systemctl stop ssh.socket; systemctl start ssh")


def test_sshd_is_asked_once(fresh):
    """A run that finds all as it was starts no program; what sshd said is asked anew when its
    settings change."""
    prepare(fresh, "root_key")
    sixrelay(fresh, "apply")
    answers = fresh.vps.run(["stat", "-c%i", "/run/sixrelay.sshd"]).stdout
    sixrelay(fresh, "apply")
    assert fresh.vps.run(["stat", "-c%i", "/run/sixrelay.sshd"]).stdout == answers
    fresh.sh(f"{PRELUDE}\nconf 'AllowUsers root'")
    sixrelay(fresh, "apply")
    assert "allowusers root" in fresh.vps.read("/run/sixrelay.sshd")


def test_whoever_opens_a_console_learns_that_there_is_no_key(fresh):
    """Once, on all of them; and who asks is told each time, with the reason."""
    vps = fresh.vps
    terminal = Terminal(vps)
    terminal.read_slowly()
    vps.settings(f"[relay]\nconsole = /dev/console {terminal.name}\n")
    try:
        # What the run before has told of the same is over.
        prepare(fresh, "root_key")
        sixrelay(fresh, "apply")
        prepare(fresh, f"rm -f {DROP_IN}; root_key; conf 'PermitRootLogin no'")
        before = len(vps.console())
        vps.run(["sixrelay", "apply", "--quiet"])
        until(lambda: NOT_HARDENED.encode() in terminal.text, 30, "the second console")
        told = vps.console()[before:]
        assert told.count(NOT_HARDENED) == 1
        assert "PermitRootLogin no" in " ".join(told.split())
        vps.run(["sixrelay", "apply", "--quiet"])
        assert vps.console()[before:] == told
        assert terminal.text.count(NOT_HARDENED.encode()) == 1
        for command, words in (("status", NOT_HARDENED), ("verify", "not hardened")):
            said = sixrelay(fresh, command)[1]
            assert words in said and "PermitRootLogin no" in said
    finally:
        vps.run(["rm", "/etc/sixrelay.conf"])


OWN_RULES = [
    "limit 22/tcp",
    "allow OpenSSH",
    "allow from 198.51.100.0/24 to any port 22 proto tcp",
    "deny from 3fff:fff::/64 to any port 22 proto tcp comment mine",
]


@pytest.mark.parametrize("active", [True, False], ids=["active", "inactive"])
def test_the_rules_of_port_22_are_their_owners(fresh, active):
    """Byte for byte, after an apply and after a revert."""

    def rules():
        texts = [fresh.vps.read(f"/etc/ufw/user{family}.rules") for family in ("", "6")]
        blocks = "".join(texts).split("\n\n")
        return texts, [block for block in blocks if " 22 " in block]

    fresh.vps.run(["sixrelay", "revert", "--yes"])
    fresh.sh("cp -a /etc/ufw /root/made-ufw")
    fresh.sh("ufw --force enable" if active else "ufw disable")
    try:
        fresh.sh("\n".join(f"ufw {rule}" for rule in OWN_RULES))
        files, before = rules()
        assert len(before) >= len(OWN_RULES)
        fresh.sh(f"{PRELUDE}\nroot_key")
        assert sixrelay(fresh, "apply")[0] == 0
        assert rules()[1] == before and rules()[0] != files
        fresh.vps.run(["sixrelay", "revert", "--yes"])
        assert rules()[0] == files
    finally:
        fresh.sh("cp -a /root/made-ufw/. /etc/ufw; ufw --force enable")
        sixrelay(fresh, "apply")
