/* SPDX-License-Identifier: MIT */
#pragma once

/* A system bus with systemd on it, as far as the agent asks: it has no unit, and each job ends at
 * once. It is another process, which ends with the connection. */

struct bus_job {
	const char *result; /* as JobRemoved tells it */
	/* Somebody else's JobRemoved for the same job, which comes first; NULL: none. */
	const char *forged;
};

/* Starts it for the next connection to the system bus, by DBUS_SYSTEM_BUS_ADDRESS. */
void bus_server_start(const struct bus_job *job);
