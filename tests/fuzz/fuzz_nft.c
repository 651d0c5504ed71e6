/* SPDX-License-Identifier: MIT */
/* `nft -j list ruleset`, of rules that other programs wrote. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "firewall/firewall.h"
#include "flows.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cleanup_free) char *text = fuzz_text(data, size);
	struct firewall fw = FIREWALL_INIT;
	struct error err = ERROR_INIT;
	int r = firewall_set_nft(&fw, text, &err);

	if (r < 0)
		fuzz_check_error(r, &err);
	else
		flows_check(&fw);
	firewall_clear(&fw);
	return 0;
}
