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

#define DROP_INS "/etc/ssh/sshd_config.d"
#define CONFIG_MAX (1024 * 1024)

/* The value of a "keyword value" line, into value; "" when there is none. */
static void value_of(const char *settings, const char *keyword, char *value, size_t size)
{
	size_t len = strlen(keyword);

	*value = '\0';
	for (const char *line = settings; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, keyword, len) != 0 || line[len] != ' ')
			continue;
		line += len + 1;
		snprintf(value, size, "%.*s", (int)strcspn(line, "\n"), line);
		return;
	}
}

void sshd_judge(struct check *check, const char *settings, const char **keyword)
{
	/* "without-password" is how sshd itself spells prohibit-password. */
	static const struct {
		const char *keyword, *good[3];
	} rules[] = {
		{"passwordauthentication", {"no"}},
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

/* The drop-in that sets the keyword first, which is the one that wins; the main file otherwise. */
static void find_setter(int root, const char *keyword, char *path, size_t size)
{
	CLEANUP(cleanup_fd) int fd = file_open(root, DROP_INS, O_RDONLY | O_DIRECTORY);
	struct dirent **entries = NULL;
	bool found = false;
	int count = fd >= 0 ? scandirat(fd, ".", &entries, is_config, alphasort) : 0;

	for (int i = 0; i < count; i++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT;

		if (!found) {
			snprintf(path, size, DROP_INS "/%s", entries[i]->d_name);
			found = file_read(root, path, CONFIG_MAX, &text, NULL, NULL) == 0 &&
				sshd_text_sets(buf_str(&text), keyword);
		}
		free(entries[i]);
	}
	free(entries);
	if (!found)
		snprintf(path, size, "/etc/ssh/sshd_config");
}

void check_sshd(struct check *check, struct subject *s, const struct site *site)
{
	CLEANUP(buf_clear) struct buf settings = BUF_INIT;
	struct error err = ERROR_INIT;
	const char *keyword = NULL;
	char path[320];

	(void)site;
	if (!s->relay->manage_sshd) {
		check_skip(check, "manage_sshd = no");
	} else if (!s->machine->has_sshd) {
		check_skip(check, _("sshd is not installed"));
	} else if (!file_list_find(s->files, FILE_SSHD)) {
		check_skip(check, _("not hardened: nobody has a key to log in with"));
	} else if (sshd_settings(s->root, &settings, &err) < 0) {
		check_fail(check, "%s", err.text);
		check_cause(check, _("sshd refuses its configuration, and won't start again"));
		check_advise(check, "sshd -t");
	} else {
		sshd_judge(check, buf_str(&settings), &keyword);
	}
	if (!keyword)
		return;
	find_setter(s->root, keyword, path, sizeof(path));
	check_cause(check, _("%s sets it, and of several the first one wins"), path);
	check_advise(check, _("take it out of %s; then: systemctl reload ssh"), path);
}
