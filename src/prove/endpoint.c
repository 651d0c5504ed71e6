/* SPDX-License-Identifier: MIT */
#include "prove/endpoint.h"

#include <arpa/inet.h>
#include <string.h>

bool endpoint_parse(struct in_addr *addr, const char *endpoint)
{
	char text[INET_ADDRSTRLEN];
	size_t len = strcspn(endpoint, ":");

	if (len >= sizeof(text))
		return false;
	memcpy(text, endpoint, len);
	text[len] = '\0';
	return inet_pton(AF_INET, text, addr) == 1;
}
