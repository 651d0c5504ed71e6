# SPDX-License-Identifier: MIT
"""The example in README.md is the script that the unit tests compare with.

`python3 -m tests.script.readme` writes it there.
"""

import pathlib
import re

TOP = pathlib.Path(__file__).parents[2]
README = TOP / "README.md"
PLACE = re.compile(r"(?<=<!-- script -->\n).*(?=<!-- end of script -->)", re.DOTALL)


def up_to_date():
    """What README.md shall be."""
    script = (TOP / "tests/golden/routeros").read_text()
    return PLACE.sub(lambda _: f"```routeros\n{script}```\n", README.read_text())


if __name__ == "__main__":
    README.write_text(up_to_date())
