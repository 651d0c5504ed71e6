/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "firewall/flow.h"

/* The options of a rule of iptables, beside a packet (iptables-extensions(8)). Pure. */

struct iptables_option {
	const struct scene *scene;
	const char *const *args; /* its values */
	size_t arg_count;
	bool negate; /* there is a "!" before it */
};

/* The value of that number; "" when there are fewer. */
const char *iptables_arg(const struct iptables_option *option, size_t n);

/* What a match module (-m) says by itself: TRI_NO for one of what no packet here has, TRI_MAYBE for
 * one that is not understood. */
enum tri iptables_module_is(const char *module);

/* Whether the packet is as an option says; one with two dashes is the module's. TRI_MAYBE for one
 * that is not understood. */
enum tri iptables_option_is(const struct iptables_option *option, const char *module,
			    const char *name);
