/* SPDX-License-Identifier: MIT */
/* Texts of the kernel's and of other programs', of which one thing is wanted. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "fuzz.h"
#include "net/ra_route.h"
#include "prove/check.h"
#include "prove/ndppd.h"
#include "prove/sshd.h"
#include "render/wgquick.h"

static void check_sshd(const char *text)
{
	struct check check = {.result = CHECK_SKIP};
	const char *keyword = text;

	sshd_judge(&check, text, &keyword);
	FUZZ_ASSERT((check.result == CHECK_PASS) == !keyword);
	FUZZ_ASSERT(memchr(check.seen, '\0', sizeof(check.seen)));
	/* It never passes without the setting itself. A keyword's case doesn't matter. */
	FUZZ_ASSERT(keyword || strcasestr(text, "passwordauthentication no"));
	FUZZ_ASSERT(!sshd_text_sets(text, "passwordauthentication") || *text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t inodes[] = {0, 20461};
	CLEANUP(cleanup_free) char *text = fuzz_text(data, size);
	uint64_t ticks = 0;

	FUZZ_ASSERT(!ra_route_is_managed(text, "enp1s0") || strstr(text, "enp1s0"));
	FUZZ_ASSERT(!packet_sockets_have(text, inodes, 2, 2) || strchr(text, '2'));
	FUZZ_ASSERT(!process_ticks(text, &ticks) || strchr(text, ')'));
	FUZZ_ASSERT(wgquick_same_interface(text, text) == (*text && strncmp(text, "\n[Peer]", 7)));
	check_sshd(text);
	return 0;
}
