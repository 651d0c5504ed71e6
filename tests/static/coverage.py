# SPDX-License-Identifier: MIT
"""The line coverage of the pure functions: python3 coverage.py BUILD PERCENT FIGURE

A function is pure when neither it nor any that it names, however far down, calls something of
another library's but what is listed here. So nothing has to say which files are pure, and what
is pure beside a system call counts as well. The names are the object files' relocations, which
have all of them: each function and each table is a section of its own (-ffunction-sections,
-fdata-sections).
"""

import collections
import json
import pathlib
import re
import subprocess
import sys

# Bytes in, bytes out. What isn't here touches the world.
PURE = re.compile(
    r"(cJSON_\w+|mnl_(attr|nlmsg|cb)_\w+|crypto_\w+|sodium_\w+|ini_parse_string|curl_getdate"
    r"|(mem|str|inet_|hton|ntoh)\w+|explicit_bzero|(m|c|re)alloc(array)?|free|qsort"
    r"|v?a?sn?printf|(__isoc\d+_)?(sscanf|strto\w+)|d?gettext|gmtime_r|timegm|nl_langinfo"
    r"|__ctype_b_loc|__errno_location|__cmsg_nxthdr|__gcov_\w+|_GLOBAL_OFFSET_TABLE_)"
)
SECTION = re.compile(r"\.(?:text|rodata|data\.rel\.ro\.local|data\.rel\.ro|data\.rel\.local"
                     r"|data\.rel|data|bss)\.(.+)")
FEWEST = 500  # functions; fewer have not been found, and not written


def lines(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


class Calls:
    """What each function and each table of the program names."""

    def __init__(self, build):
        self.named = collections.defaultdict(set)
        for path in sorted(build.glob("src/**/*.o")):
            self.add_object(path)

    def add_object(self, path):
        local = set()
        for line in lines("readelf", "-sW", path):
            field = line.split()
            if len(field) == 8 and field[3] in ("FUNC", "OBJECT") and field[6] != "UND":
                if field[4] == "LOCAL":
                    local.add(field[7])
                self.named[self.key(path, local, field[7])] = set()
        here = None
        for line in lines("readelf", "-rW", path):
            field = line.split()
            if line.startswith("Relocation section"):
                section = SECTION.fullmatch(field[2].strip("'").removeprefix(".rela"))
                here = section and self.key(path, local, section[1])
            elif here and len(field) > 4 and re.fullmatch("[0-9a-f]+", field[0]):
                section = SECTION.fullmatch(field[4])
                name = section[1] if section else field[4]
                if not name.startswith("."):
                    self.named[here].add(self.key(path, local, name))

    @staticmethod
    def key(path, local, name):
        return f"{path.with_suffix('')}:{name}" if name in local else name

    def impure(self):
        """All that the world is reached from."""
        users = collections.defaultdict(set)
        for user, names in self.named.items():
            for name in names:
                users[name].add(user)
        found = {n for n in users if n not in self.named and not PURE.fullmatch(n)}
        waiting = list(found)
        while waiting:
            more = users[waiting.pop()] - found
            found |= more
            waiting += more
        return found


def count(build):
    """The pure functions, and of each file with any: its lines of them, and those not reached."""
    calls = Calls(build)
    impure = calls.impure()
    functions = 0
    files = {}
    for notes in sorted(build.glob("src/**/*.gcno")):
        document = json.loads("".join(lines("gcov", "--json-format", "--stdout", notes)))
        for file in document["files"]:
            if not file["file"].endswith(".c"):
                continue
            pure = set()
            for function in file["functions"]:
                key = function["name"]
                if key not in calls.named:
                    key = f"{notes.with_suffix('')}:{key}"
                if key not in calls.named:
                    sys.exit(f"{key} is in no object file")
                if key not in impure:
                    pure.add(function["name"])
            seen = collections.Counter()
            for line in file["lines"]:
                if line.get("function_name") in pure:
                    seen[line["line_number"]] += line["count"]
            functions += len(pure)
            if seen:
                files[file["file"]] = (len(seen), [n for n, times in seen.items() if not times])
    return functions, files


def main(build, least, figure):
    functions, files = count(pathlib.Path(build))
    if functions < FEWEST:
        sys.exit(f"only {functions} pure functions: the rule that finds them is broken")
    total = sum(n for n, _ in files.values())
    reached = 100 * (1 - sum(len(missed) for _, missed in files.values()) / total)
    worst = sorted(files.items(), key=lambda file: -len(file[1][1]))[:10]
    said = f"{reached:.1f} % of {total} lines in {functions} pure functions; most is missing in"
    for path, (n, missed) in worst:
        name = re.sub(r".*?(src/)", r"\1", path)
        said += f"\n    {name}: {len(missed)} of {n}"
        print(f"{name}: {' '.join(map(str, sorted(missed)))}")
    pathlib.Path(figure).write_text(said + "\n")
    print(said)
    if reached < float(least):
        sys.exit(f"below {least} %")


if __name__ == "__main__":
    main(*sys.argv[1:])
