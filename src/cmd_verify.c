/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "cmd.h"

int cmd_verify(const struct options *options)
{
	(void)options;
	return EXIT_FAILURE;
}
