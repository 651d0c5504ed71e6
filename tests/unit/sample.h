/* SPDX-License-Identifier: MIT */
#pragma once

#include "metadata/instance.h"
#include "net/inventory.h"
#include "relay/relay.h"

/* A relay as it may well be, from settings as text: what the renderers and the plan are tried on.
 * The instance has the original 2001:db8:0:1::/64 and the reserved 2001:db8:0:2::/64 and :3::/64
 * on the interface enp1s0; the keys are fixed. */

/* The settings of the text, which must be right. */
struct conf sample_conf(const char *text);

/* 203.0.113.42, 56:00:05:00:53:01, and the prefixes above. */
struct instance sample_instance(void);

/* enp1s0 with that MAC and lo; inventory_clear() it. */
struct inventory sample_inventory(void);

/* The key number n: its private half is thirty-two bytes of n, clamped. */
struct wg_key sample_key(uint8_t n);

/* What the three above come to, with keys: 1 is the server's, 2, 3 and so on the routers'. */
struct relay sample_relay(const char *conf_text);
