# SPDX-License-Identifier: MIT
"""How long the parts of a boot took, as systemd has it."""

SIXRELAY = "sixrelay.service"
# Whichever of them a release has; the last one ends the boot.
CLOUD_INIT = (
    "cloud-init-main.service",
    "cloud-init-local.service",
    "cloud-init-network.service",
    "cloud-init.service",
    "cloud-config.service",
    "cloud-final.service",
)


def properties(vps, unit, *names):
    """Properties of a unit, in their order."""
    done = vps.run(["systemctl", "show", unit, *(f"--property={name}" for name in names)])
    values = dict(line.split("=", 1) for line in done.stdout.splitlines())
    return [values[name] for name in names]


def moments(vps, unit, *names):
    """Seconds since the boot began; 0 for what was not."""
    return [
        int(us) / 1e6 for us in properties(vps, unit, *(f"{n}TimestampMonotonic" for n in names))
    ]


class BootTime:
    """To be asked after a boot, before the timer strikes."""

    def __init__(self, vps):
        self.begun, self.ended = moments(vps, SIXRELAY, "ExecMainStart", "ExecMainExit")
        self.agent = self.ended - self.begun
        self.parts, ends = {}, {}
        for unit in CLOUD_INIT:
            begun, ends[unit] = moments(vps, unit, "InactiveExit", "ActiveEnter")
            if ends[unit]:
                self.parts[unit.removesuffix(".service")] = ends[unit] - begun
        self.cloud_init = sum(self.parts.values())
        # cloud-final comes after cloud-config, and after multi-user.target, which the agent is in.
        self.added = max(0, self.ended - ends["cloud-config.service"])
        self.summary = vps.run(["systemd-analyze", "time"]).stdout.splitlines()[0]

    def __str__(self):
        parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in self.parts.items())
        return (
            f"{self.summary}\ncloud-init took {self.cloud_init:.1f} s ({parts}); sixrelay "
            f"{self.agent:.2f} s, {100 * self.agent / self.cloud_init:.1f} % of it, and put the end "
            f"of the boot off by {self.added:.2f} s"
        )
