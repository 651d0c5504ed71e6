/* SPDX-License-Identifier: MIT */
#pragma once

struct firewall;

/* Judges a few packets of the kinds that the proofs ask about: what comes of it is a verdict, and
 * its words can be shown. */
void flows_check(const struct firewall *fw);
