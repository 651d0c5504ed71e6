/* SPDX-License-Identifier: MIT */
#include "apply/sshd_settings.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "apply/accounts.h"
#include "base/array.h"

#define BLANKS " \t"

const char *sshd_value(const char *settings, const char *keyword, size_t i, size_t *len)
{
	size_t keyword_len = strlen(keyword);

	for (const char *line = settings; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncasecmp(line, keyword, keyword_len) != 0 || line[keyword_len] != ' ')
			continue;
		if (i--)
			continue;
		line += keyword_len + 1;
		*len = strcspn(line, "\n");
		return line;
	}
	return NULL;
}

bool sshd_value_is(const char *settings, const char *keyword, const char *value,
		   const char *otherwise)
{
	size_t len;
	const char *is = sshd_value(settings, keyword, 0, &len);

	if (!is) {
		is = otherwise;
		len = strlen(is);
	}
	return strlen(value) == len && !strncasecmp(is, value, len);
}

static struct sshd_obstacle obstacle(const char *settings, const char *keyword)
{
	struct sshd_obstacle found;
	size_t len = 0;
	const char *value = sshd_value(settings, keyword, 0, &len);

	snprintf(found.s, sizeof(found.s), "%s %.*s", keyword, (int)len, value ? value : "");
	return found;
}

/* As sshd's match_pattern. */
static bool matches(const char *pattern, size_t len, const char *text)
{
	if (!len)
		return !*text;
	if (*pattern == '*')
		return matches(pattern + 1, len - 1, text) ||
		       (*text && matches(pattern, len, text + 1));
	return *text && (*pattern == '?' || *pattern == *text) &&
	       matches(pattern + 1, len - 1, text + 1);
}

/* Whether a pattern of the list is about the user. One that names hosts too lets him in from there
 * alone, which is nowhere for sure; and keeps him out from where he may be. */
static bool list_has_user(const char *settings, const char *keyword, const char *user, bool hosts)
{
	const char *value;
	size_t len;

	for (size_t i = 0; (value = sshd_value(settings, keyword, i, &len)); i++) {
		const char *at = memchr(value, '@', len);

		if (at && !hosts)
			continue;
		if (matches(value, at ? (size_t)(at - value) : len, user))
			return true;
	}
	return false;
}

static bool list_has_group(const char *settings, const char *keyword, const struct account *account)
{
	const char *value;
	size_t len;

	for (size_t i = 0; (value = sshd_value(settings, keyword, i, &len)); i++)
		for (size_t k = 0; k < account->group_count; k++)
			if (matches(value, len, account->groups[k]))
				return true;
	return false;
}

/* As sshd's allowed_user. */
static const char *excluding(const char *settings, const struct account *account)
{
	size_t len;

	if (list_has_user(settings, "DenyUsers", account->name, true))
		return "DenyUsers";
	if (sshd_value(settings, "AllowUsers", 0, &len) &&
	    !list_has_user(settings, "AllowUsers", account->name, false))
		return "AllowUsers";
	/* Those beyond the room for them are not known. */
	if (list_has_group(settings, "DenyGroups", account) ||
	    (sshd_value(settings, "DenyGroups", 0, &len) &&
	     account->group_count == ACCOUNT_GROUPS_MAX - 1))
		return "DenyGroups";
	if (sshd_value(settings, "AllowGroups", 0, &len) &&
	    !list_has_group(settings, "AllowGroups", account))
		return "AllowGroups";
	return NULL;
}

/* One of AuthenticationMethods' lists is a key, once, and nothing else. */
static bool key_is_enough(const char *settings)
{
	size_t len, word;
	const char *value = sshd_value(settings, "AuthenticationMethods", 0, &len);

	for (; value && len; value += word, len -= word) {
		size_t blanks = strspn(value, BLANKS);

		value += blanks;
		len -= blanks;
		word = strcspn(value, BLANKS "\n");
		if ((word == 3 && !strncmp(value, "any", 3)) ||
		    (word == 9 && !strncmp(value, "publickey", 9)))
			return true;
	}
	return !value;
}

struct sshd_obstacle sshd_find_obstacle(const char *settings, const struct account *account)
{
	/* Those that keep a good key from leading to a shell with any other value. */
	static const struct {
		const char *keyword, *value;
	} needs[] = {
		{"PubkeyAuthentication", "yes"}, {"RevokedKeys", "none"},
		{"ForceCommand", "none"},	 {"ChrootDirectory", "none"},
		{"RefuseConnection", "no"},
	};
	const char *keyword;

	for (size_t i = 0; i < ARRAY_SIZE(needs); i++)
		if (!sshd_value_is(settings, needs[i].keyword, needs[i].value, needs[i].value))
			return obstacle(settings, needs[i].keyword);
	if (!key_is_enough(settings))
		return obstacle(settings, "AuthenticationMethods");
	/* "without-password" is how sshd itself spells prohibit-password. */
	if (account->uid == 0 &&
	    (sshd_value_is(settings, "PermitRootLogin", "no", "") ||
	     sshd_value_is(settings, "PermitRootLogin", "forced-commands-only", "")))
		return obstacle(settings, "PermitRootLogin");
	keyword = excluding(settings, account);
	return keyword ? obstacle(settings, keyword) : (struct sshd_obstacle){""};
}
