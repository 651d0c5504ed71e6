/* SPDX-License-Identifier: MIT */
#include "prove/check.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/i18n.h"
#include "base/terminal.h"

/* Each of the texts has this size. */
#define TEXT_SIZE sizeof(((struct check *)0)->seen)

__attribute__((format(printf, 2, 0))) static void put(char text[static TEXT_SIZE], const char *fmt,
						      va_list args)
{
	vsnprintf(text, TEXT_SIZE, fmt, args);
	/* What another program said may have lines. */
	for (char *c = text; *c; c++)
		if (*c == '\n' || *c == '\r' || *c == '\t')
			*c = ' ';
	terminal_mask(text);
}

void check_pass(struct check *check, const char *fmt, ...)
{
	va_list args;

	check->result = CHECK_PASS;
	va_start(args, fmt);
	put(check->seen, fmt, args);
	va_end(args);
}

void check_skip(struct check *check, const char *fmt, ...)
{
	va_list args;

	check->result = CHECK_SKIP;
	va_start(args, fmt);
	put(check->seen, fmt, args);
	va_end(args);
}

void check_fail(struct check *check, const char *fmt, ...)
{
	va_list args;

	check->result = CHECK_FAIL;
	va_start(args, fmt);
	put(check->seen, fmt, args);
	va_end(args);
}

void check_cause(struct check *check, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put(check->cause, fmt, args);
	va_end(args);
}

void check_advise(struct check *check, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put(check->advice, fmt, args);
	va_end(args);
}

const char *check_word(enum check_result result)
{
	switch (result) {
	case CHECK_PASS:
		return N_("pass");
	case CHECK_FAIL:
		return N_("fail");
	case CHECK_SKIP:
		return N_("skip");
	}
	return "";
}
