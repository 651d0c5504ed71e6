/* SPDX-License-Identifier: MIT */
#include "render/ndppd.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "relay/relay.h"

static const char *rule_method(enum ndppd_rule rule)
{
	switch (rule) {
	case NDPPD_STATIC:
		return "static";
	case NDPPD_AUTO:
		return "auto";
	}
	return "static";
}

void render_ndppd(const struct relay *relay, struct buf *out)
{
	buf_addf(out,
		 "# Written by sixrelay: answers the gateway's neighbour solicitations for the "
		 "LAN.\n"
		 "proxy %s {\n"
		 "    router yes\n"
		 "    timeout 500\n"
		 "    ttl 30000\n",
		 relay->nic.s);
	for (size_t i = 0; i < relay->site_count; i++)
		if (relay->sites[i].state != SITE_WAITING)
			buf_addf(out, "    rule %s {\n        %s\n    }\n",
				 prefix_text(&relay->sites[i].prefix).s,
				 rule_method(relay->ndppd_rule));
	buf_adds(out, "}\n");
}

struct device_unit device_unit(const struct link_name *name)
{
	struct device_unit unit = {"sys-subsystem-net-devices-"};
	size_t len = strlen(unit.s);

	for (const char *c = name->s; *c; c++)
		len += (size_t)snprintf(
			unit.s + len, sizeof(unit.s) - len,
			isalnum((unsigned char)*c) || *c == '_' || *c == '.' ? "%c" : "\\x%02x",
			*c);
	snprintf(unit.s + len, sizeof(unit.s) - len, ".device");
	return unit;
}

void render_ndppd_service(const struct relay *relay, bool bind_device, struct buf *out)
{
	struct device_unit device = device_unit(&relay->nic);

	buf_addf(out, "# Written by sixrelay, as this system's ndppd has no unit of its own.\n"
		      "[Unit]\n"
		      "Description=NDP proxy daemon\n"
		      "Documentation=man:ndppd(1) man:ndppd.conf(5)\n"
		      "After=network.target\n"
		      "StartLimitIntervalSec=0\n");
	if (bind_device)
		buf_addf(out, "BindsTo=%s\nAfter=%s\n", device.s, device.s);
	buf_adds(out, "\n"
		      "[Service]\n"
		      "ExecStart=/usr/sbin/ndppd -c /etc/ndppd.conf\n"
		      "Restart=on-failure\n"
		      "RestartSec=2\n"
		      "CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW\n"
		      "NoNewPrivileges=yes\n"
		      "ProtectSystem=strict\n"
		      "ProtectHome=yes\n"
		      "PrivateTmp=yes\n"
		      "RestrictAddressFamilies=AF_INET6 AF_INET AF_PACKET AF_NETLINK AF_UNIX\n"
		      "\n"
		      "[Install]\n"
		      "WantedBy=multi-user.target\n");
	if (bind_device)
		buf_addf(out, "WantedBy=%s\n", device.s);
}
