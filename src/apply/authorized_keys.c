/* SPDX-License-Identifier: MIT */
#include "apply/authorized_keys.h"

#include <sodium.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"

#define BLANKS " \t"

static bool is_key_type(const char *text, size_t len)
{
	static const char *const types[] = {
		"ssh-ed25519",
		"ssh-rsa",
		"ecdsa-sha2-nistp256",
		"ecdsa-sha2-nistp384",
		"ecdsa-sha2-nistp521",
		"sk-ssh-ed25519@openssh.com",
		"sk-ecdsa-sha2-nistp256@openssh.com",
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strlen(types[i]) == len && !memcmp(types[i], text, len))
			return true;
	return false;
}

/* The blob starts with the type once more, as an SSH string (RFC 4251 section 5). */
static bool is_key_blob(const char *text, size_t len, const char *type, size_t type_len)
{
	unsigned char blob[4096];
	const char *end;
	size_t got;

	if (sodium_base642bin(blob, sizeof(blob), text, len, NULL, &got, &end,
			      sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    end != text + len)
		return false;
	return got > 4 + type_len && blob[0] == 0 && blob[1] == 0 && blob[2] == 0 &&
	       blob[3] == type_len && !memcmp(blob + 4, type, type_len);
}

/* The length of the options, up to the first blank outside quotes. */
static size_t options_length(const char *text, size_t len)
{
	bool quoted = false;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\' && i + 1 < len && text[i + 1] == '"')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted && strchr(BLANKS, text[i]))
			return i;
	}
	return len;
}

/* Options after which no shell, or none for long, awaits who logs in. */
static bool options_spoil(const char *text, size_t len)
{
	static const char *const spoilers[] = {"command=", "cert-authority", "expiry-time="};
	bool quoted = false, start = true;

	for (size_t i = 0; i < len; i++) {
		for (size_t j = 0; start && j < ARRAY_SIZE(spoilers); j++) {
			size_t spoiler_len = strlen(spoilers[j]);

			if (len - i >= spoiler_len &&
			    !strncasecmp(text + i, spoilers[j], spoiler_len))
				return true;
		}
		if (text[i] == '\\' && i + 1 < len && text[i + 1] == '"')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		start = !quoted && text[i] == ',';
	}
	return false;
}

static bool line_has_login(const char *line, size_t len)
{
	size_t type_len, blob_len, skip;

	skip = strspn(line, BLANKS);
	if (skip >= len || line[skip] == '#')
		return false;
	line += skip;
	len -= skip;
	type_len = strcspn(line, BLANKS "\r\n");
	if (!is_key_type(line, type_len)) {
		size_t options = options_length(line, len);

		if (options_spoil(line, options))
			return false;
		line += options;
		len -= options;
		skip = strspn(line, BLANKS);
		if (skip >= len)
			return false;
		line += skip;
		len -= skip;
		type_len = strcspn(line, BLANKS "\r\n");
		if (!is_key_type(line, type_len))
			return false;
	}
	if (type_len >= len)
		return false;
	skip = type_len + strspn(line + type_len, BLANKS);
	blob_len = strcspn(line + skip, BLANKS "\r\n");
	return is_key_blob(line + skip, blob_len, line, type_len);
}

bool authorized_keys_has_login(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (line_has_login(text, len))
			return true;
		text += len;
		text += *text == '\n';
	}
	return false;
}
