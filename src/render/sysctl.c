/* SPDX-License-Identifier: MIT */
#include "render/sysctl.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "relay/relay.h"

#define PROC_SYS "/proc/sys/"

void sysctl_list(const struct relay *relay, struct sysctl list[static SYSCTL_COUNT])
{
	static const struct {
		const char *link, *name;
		char value;
	} keys[SYSCTL_COUNT] = {
		{NULL, "accept_ra", '2'},
		{NULL, "proxy_ndp", '1'},
		{"all", "forwarding", '1'},
		{"default", "forwarding", '1'},
	};

	for (int i = 0; i < SYSCTL_COUNT; i++) {
		list[i].value = keys[i].value;
		list[i].of_nic = !keys[i].link;
		snprintf(list[i].path, sizeof(list[i].path), PROC_SYS "net/ipv6/conf/%s/%s",
			 keys[i].link ? keys[i].link : relay->nic.s, keys[i].name);
	}
}

/* sysctl.d(5): a key that starts with '.' as separator has dots and slashes exchanged, so that
 * "net.ipv6.conf.eth0/1.accept_ra" is about eth0.1. */
static void add_key(const char *path, struct buf *out)
{
	for (path += strlen(PROC_SYS); *path; path++)
		buf_add(out, *path == '/' ? "." : *path == '.' ? "/" : path, 1);
}

void render_sysctl(const struct relay *relay, struct buf *out)
{
	struct sysctl list[SYSCTL_COUNT];

	sysctl_list(relay, list);
	buf_adds(out,
		 "# Written by sixrelay: forwarding for the LAN's /64, and router advertisements\n"
		 "# still accepted with it. A later file of this directory wins.\n");
	for (int i = 0; i < SYSCTL_COUNT; i++) {
		add_key(list[i].path, out);
		buf_addf(out, " = %c\n", list[i].value);
	}
}
