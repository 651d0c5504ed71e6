/* SPDX-License-Identifier: MIT */
/* iptables-save's text, of rules that other programs wrote. */
#include <stdlib.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "firewall/firewall.h"
#include "flows.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int families[] = {AF_INET, AF_INET6};
	CLEANUP(cleanup_free) char *text = fuzz_text(data, size);
	struct firewall fw = FIREWALL_INIT;
	int r = 0;

	for (int i = 0; r == 0 && i < 2; i++) {
		struct error err = ERROR_INIT;

		r = firewall_add_iptables(&fw, families[i], "iptables", text, &err);
		if (r < 0)
			fuzz_check_error(r, &err);
	}
	if (r == 0)
		flows_check(&fw);
	firewall_clear(&fw);
	return 0;
}
