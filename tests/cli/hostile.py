# SPDX-License-Identifier: MIT
"""What is asserted of hostile input: it is refused in a few plain words, and nothing is written."""

import os
import shutil
import stat
import subprocess

from ..program import ENV, SIXRELAY

TIMEOUT = 120
COLUMNS = 80
KEYS = {
    "server.key": "YHY8//XN5Z3xGRVx/qkfYmC7slhDMcP173oOXKfVL2w=\n",
    "mikrotik.key": "QGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\n",
}


def tree(root):
    """Every entry below root with all that a change would change, root itself included."""
    entries = {}
    for path in [root, *sorted(root.rglob("*"))]:
        status = os.lstat(path)
        content = None
        if stat.S_ISLNK(status.st_mode):
            content = os.readlink(path)
        elif stat.S_ISREG(status.st_mode):
            content = path.read_bytes()
        entries[str(path.relative_to(root))] = (
            content,
            oct(status.st_mode),
            status.st_uid,
            status.st_gid,
            status.st_ino,
            status.st_mtime_ns,
        )
    return entries


def changed(before, after):
    names = before.keys() | after.keys()
    return {name for name in names if before.get(name) != after.get(name)}


class Done:
    """A run that has ended."""

    def __init__(self, status, stdout, stderr):
        self.status = status
        self.stdout = stdout
        self.stderr = stderr

    def words(self):
        return " ".join(self.stderr.decode("ascii", "replace").split())


class Run:
    """The program, started; with terminal, its standard error is one."""

    def __init__(self, *args, cwd, terminal=False):
        self.master, slave = os.openpty() if terminal else (None, None)
        self.process = subprocess.Popen(
            [SIXRELAY, *map(str, args)],
            cwd=cwd,
            env=ENV,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=slave if terminal else subprocess.PIPE,
        )
        if terminal:
            os.close(slave)

    def wait(self):
        try:
            stdout, stderr = self.process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        if self.master is not None:
            stderr = self._read_terminal()
        return Done(self.process.returncode, stdout, stderr)

    def _read_terminal(self):
        """What a terminal was shown; the program is gone, so its end comes as an error."""
        shown = b""
        try:
            while data := os.read(self.master, 65536):
                shown += data
        except OSError:
            pass
        os.close(self.master)
        return shown.replace(b"\r\n", b"\n")


def assert_harmless_to_a_terminal(done):
    for output in (done.stdout, done.stderr):
        strange = {byte for byte in output if byte != 10 and not 32 <= byte <= 126}
        assert not strange, output[:2000]


def assert_fits(done):
    for line in done.stderr.decode("ascii").splitlines():
        assert len(line) <= COLUMNS, line


class Place:
    """A directory with two roots: one where nothing was applied yet, and one with a relay."""

    def __init__(self, directory, template):
        self.directory = directory
        self.empty = directory / "empty"
        self.applied = directory / "applied"
        self.template = template
        self.make()

    def make(self):
        self.empty.mkdir()
        shutil.copytree(self.template, self.applied, symlinks=True)
        self.made = self.trees()

    def trees(self):
        return tree(self.empty), tree(self.applied)

    def remake(self):
        """After a test that failed: the next one is about something else."""
        if self.trees() != self.made:
            shutil.rmtree(self.empty)
            shutil.rmtree(self.applied)
            self.make()

    def start(self, command, root, *args, terminal=False):
        return Run(command, "--root", root, *args, cwd=self.directory, terminal=terminal)

    def run(self, command, root, *args):
        return self.start(command, root, *args).wait()

    def write(self, name, content):
        data = content if isinstance(content, bytes) else content.encode()
        (self.directory / name).write_bytes(data)
        return name

    def assert_refused(self, *args, says):
        """apply on both roots: says is how the error begins, or its beginning and words that
        follow."""
        on_terminal = self.start("apply", self.empty, *args, terminal=True)
        piped = self.start("apply", self.applied, *args)
        for run in (piped, on_terminal):
            done = run.wait()
            self.assert_error(done, 1, says)
        assert_fits(done)
        assert self.trees() == self.made

    def assert_plan_refused(self, *args, says):
        self.assert_error(self.run("plan", self.applied, "--json", *args), 2, says)
        assert self.trees() == self.made

    @staticmethod
    def assert_error(done, status, says):
        begins, *words = [says] if isinstance(says, str) else says
        assert done.status == status, (done.status, done.words())
        assert not done.stdout
        assert_harmless_to_a_terminal(done)
        assert done.words().startswith(f"sixrelay: {begins}"), done.words()
        for word in words:
            assert word in done.words()

    def assert_applies(self, root, *args):
        done = self.run("apply", root, *args)
        assert done.status == 0, done.words()
        assert_harmless_to_a_terminal(done)
        return done


def make_template(root, document):
    """A root with a relay applied, from keys that are known."""
    directory = root / "etc/wireguard"
    directory.mkdir(parents=True)
    directory.chmod(0o700)
    for name, key in KEYS.items():
        (directory / name).write_text(key)
        (directory / name).chmod(0o600)
    done = Run("apply", "--root", root, "--metadata", document, cwd=root).wait()
    assert done.status == 0, done.words()
    return root
