/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/i18n.h"
#include "net/inventory.h"
#include "prove/check.h"
#include "prove/checks.h"
#include "prove/endpoint.h"
#include "prove/subject.h"
#include "relay/relay.h"

/* Of a public resolver: nothing is sent to it, only the way there is asked for. */
#define PUBLIC_HOST 0x08080808

/* The address that a packet to there would have as its source: the kernel chooses it by the route.
 * A negative errno when there is no way. */
static int source_to(struct in_addr to, struct in_addr *from)
{
	CLEANUP(cleanup_fd) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in far = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = to};
	struct sockaddr_in near = {0};
	socklen_t len = sizeof(near);

	if (fd < 0 || connect(fd, (struct sockaddr *)&far, sizeof(far)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&near, &len) < 0)
		return -errno;
	*from = near.sin_addr;
	return 0;
}

static const struct address *find_address(const struct subject *s, struct in_addr addr)
{
	for (size_t i = 0; i < s->inventory->address_count; i++)
		if (!s->inventory->addresses[i].is_ipv6 &&
		    s->inventory->addresses[i].ipv4.s_addr == addr.s_addr)
			return &s->inventory->addresses[i];
	return NULL;
}

/* Whether what is for there leaves by the NIC. */
static bool leaves_by_nic(struct check *check, const struct subject *s, struct in_addr to)
{
	const char *nic = s->relay->nic.s;
	struct in_addr from = {0};
	const struct address *address;
	int r = source_to(to, &from);

	address = r == 0 ? find_address(s, from) : NULL;
	if (address && address->index == s->relay->nic_index)
		return true;
	if (r < 0) {
		check_fail(check, _("there is no IPv4 route to %s: %s"), ip4_text(to).s,
			   strerror(-r));
		check_cause(check,
			    _("%s has lost its IPv4 address or default route, so that the "
			      "tunnel can't reach a router"),
			    nic);
	} else {
		check_fail(check, _("IPv4 packets to %s leave by %s, not by %s"), ip4_text(to).s,
			   inventory_link_name(s->inventory, address ? address->index : 0), nic);
		check_cause(check, _("a default route of another program wins: another VPN"));
	}
	check_advise(check, "ip -4 route; networkctl reconfigure %s", nic);
	return false;
}

void check_ipv4(struct check *check, struct subject *s, const struct site *site)
{
	struct in_addr to = {htonl(PUBLIC_HOST)};
	size_t known = 0;

	(void)site;
	for (size_t i = 0; s->has_dump && i < s->dump.count; i++) {
		if (!endpoint_parse(&to, s->dump.peers[i].endpoint))
			continue;
		known++;
		if (!leaves_by_nic(check, s, to))
			return;
	}
	if (!known && !leaves_by_nic(check, s, to))
		return;
	check_pass(check,
		   known ? _("routers are reached by %s") : _("the internet is reached by %s"),
		   s->relay->nic.s);
}
