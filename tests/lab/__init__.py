# SPDX-License-Identifier: MIT
"""A small internet on one machine, with real parts."""
