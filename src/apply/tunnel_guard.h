/* SPDX-License-Identifier: MIT */
#pragma once

struct error;

/* Takes away the rule that the tunnel's hooks set (render/wgquick.h), which stays where the
 * configuration was gone or edited when the tunnel was taken down: with ip6tables(8), and where
 * there is none there is no rule either. */
int tunnel_guard_remove(const char *interface, struct error *err);
