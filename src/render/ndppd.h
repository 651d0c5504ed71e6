/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/link_name.h"

struct buf;
struct relay;

/* /etc/ndppd.conf and the unit that runs it. Pure. */

void render_ndppd(const struct relay *relay, struct buf *out);

/* /etc/systemd/system/ndppd.service. The packages of ndppd 0.2.5 have an init script alone, which
 * starts it in the background, reports success when it failed, and never restarts it. With
 * bind_device the service comes and goes with the interface: ndppd turns deaf, and spins, when its
 * interface is made anew. */
void render_ndppd_service(const struct relay *relay, bool bind_device, struct buf *out);

/* The unit of an interface: "sys-subsystem-net-devices-enp1s0.device" (systemd.unit(5), "String
 * escaping for inclusion in unit names"). */
struct device_unit {
	char s[sizeof("sys-subsystem-net-devices-.device") + 4 * IFNAMSIZ];
};
struct device_unit device_unit(const struct link_name *name);
