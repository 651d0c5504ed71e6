/* SPDX-License-Identifier: MIT */
#include "prove/sshd.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "apply/machine.h"
#include "apply/sshd.h"
#include "apply/sshd_settings.h"
#include "base/array.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"
#include "prove/check.h"
#include "prove/checks.h"
#include "prove/subject.h"
#include "relay/relay.h"
#include "render/files.h"

/* The value of a keyword; "" when there is none. */
static void value_of(const char *settings, const char *keyword, char *value, size_t size)
{
	size_t len = 0;
	const char *found = sshd_value(settings, keyword, 0, &len);

	snprintf(value, size, "%.*s", (int)len, found ? found : "");
}

void sshd_judge(struct check *check, const char *settings, const char **keyword)
{
	/* "without-password" is how sshd itself spells prohibit-password. */
	static const struct {
		const char *keyword, *good[3];
	} rules[] = {
		{"passwordauthentication", {"no"}},
		{"pubkeyauthentication", {"yes"}},
		{"permitrootlogin", {"without-password", "prohibit-password", "no"}},
		{"maxauthtries", {"3", "2", "1"}},
	};
	char value[64], pam[64];

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		bool good = false;

		value_of(settings, rules[i].keyword, value, sizeof(value));
		for (size_t k = 0; k < 3 && rules[i].good[k]; k++)
			good |= !strcmp(value, rules[i].good[k]);
		if (good)
			continue;
		*keyword = rules[i].keyword;
		check_fail(check, "%s %s", *keyword, value);
		return;
	}
	value_of(settings, "kbdinteractiveauthentication", value, sizeof(value));
	value_of(settings, "usepam", pam, sizeof(pam));
	if (!strcmp(value, "yes") && !strcmp(pam, "yes")) {
		*keyword = "kbdinteractiveauthentication";
		check_fail(check, _("%s yes, by which PAM asks for a password"), *keyword);
		return;
	}
	*keyword = NULL;
	check_pass(check, _("keys alone log in"));
}

bool sshd_text_sets(const char *text, const char *keyword)
{
	size_t len = strlen(keyword);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		line += strspn(line, " \t");
		if (!strncasecmp(line, keyword, len) && strchr(" \t=\"", line[len]) && line[len])
			return true;
	}
	return false;
}

static int is_config(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return *entry->d_name != '.' && len > 5 && !strcmp(entry->d_name + len - 5, ".conf");
}

/* The drop-in that sets the keyword first, which is the one that wins; the main file otherwise. Of
 * ours it is known what it sets. */
static void find_setter(int root, const char *keyword, char *path, size_t size)
{
	CLEANUP(cleanup_fd) int fd = file_open(root, SSHD_DROP_INS, O_RDONLY | O_DIRECTORY);
	struct dirent **entries = NULL;
	bool found = false;
	int count = fd >= 0 ? scandirat(fd, ".", &entries, is_config, alphasort) : 0;

	for (int i = 0; i < count; i++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT;

		if (!found) {
			snprintf(path, size, SSHD_DROP_INS "/%s", entries[i]->d_name);
			found = strcmp(path, FILE_SSHD) != 0 &&
				file_read(root, path, SSHD_CONFIG_MAX, &text, NULL, NULL) == 0 &&
				sshd_text_sets(buf_str(&text), keyword);
		}
		free(entries[i]);
	}
	free(entries);
	if (!found)
		snprintf(path, size, SSHD_CONFIG);
}

/* Whether it is only so for somebody whom a Match block is about. */
static bool is_matched(const struct subject *s)
{
	CLEANUP(buf_clear) struct buf settings = BUF_INIT;
	struct check check = {.result = CHECK_SKIP};
	const char *keyword;

	if (sshd_settings(s->root, NULL, NULL, &settings, NULL) < 0)
		return false;
	sshd_judge(&check, buf_str(&settings), &keyword);
	return check.result == CHECK_PASS;
}

static void explain(struct check *check, const struct subject *s, const char *keyword)
{
	bool matched = is_matched(s);
	char path[320];

	find_setter(s->root, matched ? "match" : keyword, path, sizeof(path));
	check_cause(check,
		    matched ? _("a Match block of %s sets it for root")
			    : _("%s sets it, and of several the first one wins"),
		    path);
	check_advise(check, _("take it out of %s; then: systemctl reload ssh"), path);
}

static void judge_settings(struct check *check, const struct subject *s)
{
	CLEANUP(buf_clear) struct buf settings = BUF_INIT;
	struct error err = ERROR_INIT;
	const char *keyword = NULL;

	if (sshd_settings(s->root, NULL, "root", &settings, &err) < 0) {
		check_fail(check, "%s", err.text);
		check_cause(check, _("sshd refuses its configuration, and won't start again"));
		check_advise(check, "sshd -t");
		return;
	}
	sshd_judge(check, buf_str(&settings), &keyword);
	if (keyword)
		explain(check, s, keyword);
}

void check_sshd(struct check *check, struct subject *s, const struct site *site)
{
	(void)site;
	if (!s->relay->manage_sshd) {
		check_skip(check, "manage_sshd = no");
	} else if (!s->machine->has_sshd) {
		check_skip(check, _("sshd is not installed"));
	} else if (s->machine->hardening_present && !s->machine->key_login.possible) {
		check_fail(check, _("keys alone log in, and no key is left that could"));
		check_cause(check, "%s", s->machine->key_login.why);
		check_advise(check,
			     _("before you log out: add a key to /root/.ssh/authorized_keys, "
			       "or remove %s and: systemctl reload ssh"),
			     FILE_SSHD);
	} else if (!s->machine->key_login.possible) {
		check_skip(check, _("not hardened: nobody has a key to log in with (%s)"),
			   s->machine->key_login.why);
	} else {
		judge_settings(check, s);
	}
}
