# SPDX-License-Identifier: MIT
"""A real boot: QEMU, a distribution's kernel and cloud-init, in the lab's network."""
