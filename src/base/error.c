/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/terminal.h"

int error_set(struct error *err, int code, const char *fmt, ...)
{
	va_list args;

	if (!err)
		return code;
	err->code = code;
	va_start(args, fmt);
	vsnprintf(err->text, ERROR_TEXT_MAX, fmt, args);
	va_end(args);
	terminal_mask(err->text);
	return code;
}

int error_errno(struct error *err, int code, const char *fmt, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return error_set(err, code, "%s: %s", text, strerror(-code));
}

int error_wrap(struct error *err, int code, const char *fmt, ...)
{
	char prefix[ERROR_TEXT_MAX], text[ERROR_TEXT_MAX];
	va_list args;

	if (!err)
		return code;
	va_start(args, fmt);
	vsnprintf(prefix, sizeof(prefix), fmt, args);
	va_end(args);
	memcpy(text, err->text, sizeof(text));
	/* A text that grows too long loses its end: the front says where to look. */
	if (snprintf(err->text, ERROR_TEXT_MAX, "%s: %s", prefix, text) >= ERROR_TEXT_MAX)
		memcpy(err->text + ERROR_TEXT_MAX - 4, "...", 4);
	terminal_mask(err->text);
	return code;
}
