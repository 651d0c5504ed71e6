/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *err, int code, const char *fmt, ...)
{
	va_list args;

	if (!err)
		return code;
	err->code = code;
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return code;
}

int error_errno(struct error *err, int code, const char *fmt, ...)
{
	char text[sizeof(err->text)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return error_set(err, code, "%s: %s", text, strerror(-code));
}

int error_wrap(struct error *err, int code, const char *fmt, ...)
{
	char prefix[sizeof(err->text)], text[sizeof(err->text)];
	va_list args;

	if (!err)
		return code;
	va_start(args, fmt);
	vsnprintf(prefix, sizeof(prefix), fmt, args);
	va_end(args);
	memcpy(text, err->text, sizeof(text));
	/* A text that grows too long loses its end: the front says where to look. */
	if (snprintf(err->text, sizeof(err->text), "%s: %s", prefix, text) >=
	    (int)sizeof(err->text))
		memcpy(err->text + sizeof(err->text) - 4, "...", 4);
	return code;
}
