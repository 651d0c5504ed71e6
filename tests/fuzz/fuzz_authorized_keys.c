/* SPDX-License-Identifier: MIT */
/* authorized_keys: passwords are refused where one of these is said to let somebody in. */
#include "apply/authorized_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "fuzz.h"

/* The text with something at the beginning of each line. */
static void put_before(const char *text, const char *what, struct buf *out)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		buf_adds(out, what);
		buf_add(out, text, len);
		buf_adds(out, "\n");
		text += len;
		text += *text == '\n';
	}
}

/* Whether a key's type stands somewhere with base64 behind it. */
static bool names_key(const char *text)
{
	static const char base64[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
	const char *blob;

	for (; *text; text++) {
		if (strncmp(text, "ssh-", 4) != 0 && strncmp(text, "ecdsa-", 6) != 0)
			continue;
		blob = text + strcspn(text, " \t\n");
		blob += strspn(blob, " \t");
		if (strspn(blob, base64) > 20 && strchr(" \t\r\n", blob[strspn(blob, base64)]))
			return true;
	}
	return false;
}

static bool has_login(const char *text)
{
	static const struct key_rules defaults = {NULL, 1024};

	return authorized_keys_find(text, &defaults) == KEY_GOOD;
}

static bool any_line_has(const char *text)
{
	bool any = false;

	while (*text) {
		size_t len = strcspn(text, "\n");
		CLEANUP(cleanup_free) char *line = strndup(text, len);

		FUZZ_ASSERT(line);
		any |= has_login(line);
		text += len;
		text += *text == '\n';
	}
	return any;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const spoilers[] = {
		"#", "command=\"echo no\" ", "no-pty,command=\"echo \\\"no\\\"\",",
		"cert-authority ", "restrict,expiry-time=\"20200101\" "};
	CLEANUP(cleanup_free) char *text = fuzz_text(data, size);
	bool has = has_login(text);

	FUZZ_ASSERT(has == any_line_has(text));
	FUZZ_ASSERT(!has || names_key(text));
	for (size_t i = 0; i < sizeof(spoilers) / sizeof(*spoilers); i++) {
		CLEANUP(buf_clear) struct buf spoilt = BUF_INIT;

		put_before(text, spoilers[i], &spoilt);
		FUZZ_ASSERT(!has_login(buf_str(&spoilt)));
	}
	return 0;
}
