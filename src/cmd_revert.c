/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "cmd.h"

int cmd_revert(const struct options *options)
{
	(void)options;
	return EXIT_FAILURE;
}
