/* SPDX-License-Identifier: MIT */
#include "apply/authorized_keys.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/base64.h"

#define BLANKS " \t"
#define BLOB_MAX 4096

/* What follows the type in a key's blob (RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709
 * section 4, OpenSSH's PROTOCOL.u2f): for RSA two numbers; else the curve's name, if it has one,
 * the public key, and the application of one that is in a token. */
struct key_type {
	const char *name, *curve;
	size_t public_len; /* 0: RSA */
	bool in_token;
};

static const struct key_type *type_find(const char *text, size_t len)
{
	static const struct key_type types[] = {
		{"ssh-ed25519", NULL, 32, false},
		{"ssh-rsa", NULL, 0, false},
		{"ecdsa-sha2-nistp256", "nistp256", 65, false},
		{"ecdsa-sha2-nistp384", "nistp384", 97, false},
		{"ecdsa-sha2-nistp521", "nistp521", 133, false},
		{"sk-ssh-ed25519@openssh.com", NULL, 32, true},
		{"sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", 65, true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strlen(types[i].name) == len && !memcmp(types[i].name, text, len))
			return &types[i];
	return NULL;
}

/* What is left of a blob. */
struct blob {
	const unsigned char *at;
	size_t left;
};

/* An SSH string (RFC 4251 section 5). */
static bool blob_take(struct blob *blob, struct blob *string)
{
	size_t len;

	if (blob->left < 4)
		return false;
	len = (size_t)blob->at[0] << 24 | (size_t)blob->at[1] << 16 | (size_t)blob->at[2] << 8 |
	      blob->at[3];
	if (len > blob->left - 4)
		return false;
	*string = (struct blob){blob->at + 4, len};
	blob->at += 4 + len;
	blob->left -= 4 + len;
	return true;
}

static bool blob_take_text(struct blob *blob, const char *text)
{
	struct blob string;

	return blob_take(blob, &string) && string.left == strlen(text) &&
	       !memcmp(string.at, text, string.left);
}

/* Of an mpint, which is positive. */
static size_t bits(const struct blob *number)
{
	size_t skip = 0, count;

	while (skip < number->left && !number->at[skip])
		skip++;
	if (skip == number->left)
		return 0;
	count = 8 * (number->left - skip);
	for (unsigned char mask = 0x80; !(number->at[skip] & mask); mask >>= 1)
		count--;
	return count;
}

/* *rsa_bits is set for RSA keys alone. */
static bool is_key_blob(const char *text, size_t len, const struct key_type *type, size_t *rsa_bits)
{
	unsigned char bytes[BLOB_MAX];
	struct blob blob = {bytes, 0}, part, modulus;

	if (!base64_decode(bytes, sizeof(bytes), &blob.left, text, len) ||
	    !blob_take_text(&blob, type->name))
		return false;
	if (!type->public_len) {
		if (!blob_take(&blob, &part) || !blob_take(&blob, &modulus) || blob.left)
			return false;
		*rsa_bits = bits(&modulus);
		return bits(&part) > 0;
	}
	if (type->curve && !blob_take_text(&blob, type->curve))
		return false;
	if (!blob_take(&blob, &part) || part.left != type->public_len)
		return false;
	/* An uncompressed point (SEC 1 section 2.3.3). */
	if (type->curve && part.at[0] != 4)
		return false;
	return (!type->in_token || blob_take(&blob, &part)) && !blob.left;
}

static bool list_has(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (strcspn(list, ",") == len && !memcmp(list, name, len))
			return true;
	return false;
}

static bool rules_take(const struct key_rules *rules, const struct key_type *type, size_t rsa_bits)
{
	if (!type->public_len && rsa_bits < rules->rsa_bits)
		return false;
	if (!rules->algorithms)
		return true;
	/* With its own name, that of the signature with SHA-1, today's clients don't sign. */
	return type->public_len ? list_has(rules->algorithms, type->name)
				: list_has(rules->algorithms, "rsa-sha2-256") ||
					  list_has(rules->algorithms, "rsa-sha2-512");
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

/* Options that sshd knows and that leave a shell to who logs in, whenever and wherever from. It
 * refuses a line with any that it doesn't know, or that has a value it doesn't like. */
static bool options_are_flags(const char *text, size_t len)
{
	static const char *const flags[] = {
		"restrict",
		"pty",
		"user-rc",
		"agent-forwarding",
		"X11-forwarding",
		"port-forwarding",
		"touch-required",
		"verify-required",
		"no-pty",
		"no-user-rc",
		"no-agent-forwarding",
		"no-X11-forwarding",
		"no-port-forwarding",
		"no-touch-required",
	};
	size_t flag_len;

	for (size_t start = 0; start <= len; start += flag_len + 1) {
		bool known = false;

		for (flag_len = 0; start + flag_len < len && text[start + flag_len] != ',';)
			flag_len++;
		for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
			known |= strlen(flags[i]) == flag_len &&
				 !strncasecmp(text + start, flags[i], flag_len);
		if (!known)
			return false;
	}
	return true;
}

/* A key at the start of text. */
static enum key_found find_key(const char *text, size_t len, const struct key_rules *rules)
{
	size_t type_len = strcspn(text, BLANKS "\r\n"), skip, rsa_bits = 0;
	const struct key_type *type = type_len < len ? type_find(text, type_len) : NULL;

	if (!type)
		return KEY_NONE;
	skip = type_len + strspn(text + type_len, BLANKS);
	if (!is_key_blob(text + skip, strcspn(text + skip, BLANKS "\r\n"), type, &rsa_bits))
		return KEY_NONE;
	return rules_take(rules, type, rsa_bits) ? KEY_GOOD : KEY_REFUSED;
}

static enum key_found find_in_line(const char *line, size_t len, const struct key_rules *rules)
{
	size_t skip = strspn(line, BLANKS), options;
	enum key_found found;

	if (skip >= len || line[skip] == '#')
		return KEY_NONE;
	line += skip;
	len -= skip;
	found = find_key(line, len, rules);
	if (found != KEY_NONE)
		return found;
	options = options_length(line, len);
	skip = options + strspn(line + options, BLANKS);
	if (skip >= len)
		return KEY_NONE;
	found = find_key(line + skip, len - skip, rules);
	if (found == KEY_NONE || options_are_flags(line, options))
		return found;
	return KEY_LIMITED;
}

enum key_found authorized_keys_find(const char *text, const struct key_rules *rules)
{
	enum key_found best = KEY_NONE;

	while (*text && best != KEY_GOOD) {
		size_t len = strcspn(text, "\n");
		enum key_found found = find_in_line(text, len, rules);

		if (found > best)
			best = found;
		text += len;
		text += *text == '\n';
	}
	return best;
}
