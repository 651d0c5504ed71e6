/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* Text with places to fill in. A line
 *
 *	@# ...			is a comment, and left out
 *	@+flag text		is there when the flag is set
 *	@-flag text		is there when it isn't
 *	... @name@ ...		has the value in place of the name
 *
 * and every other line stands as it is. Pure. */
struct template
{
	const char *const *lines; /* without their ends */
	size_t count;
};

struct template_value {
	const char *name, *text;
};

struct template_flag {
	const char *name;
	bool set;
};

/* The lists end with a NULL name. A name that isn't in them is a mistake in the template: -EINVAL
 * is left in out. */
void template_fill(const struct template *template, const struct template_value *values,
		   const struct template_flag *flags, struct buf *out);
