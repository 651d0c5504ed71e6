/* SPDX-License-Identifier: MIT */
#include "apply/logins.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/accounts.h"
#include "apply/authorized_keys.h"
#include "apply/key_file.h"
#include "apply/sshd.h"
#include "apply/sshd_answers.h"
#include "apply/sshd_settings.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/i18n.h"

#define BLANKS " \t"
/* sshd_config(5) */
#define KEY_FILES ".ssh/authorized_keys .ssh/authorized_keys2"
#define RSA_BITS 1024

/* How near somebody came to getting in. */
enum nearness { NEAR_NOTHING, NEAR_FILE, NEAR_KEY, NEAR_LOGIN };

__attribute__((format(printf, 4, 5))) static void tell(struct key_login *login, int *nearest,
						       int nearness, const char *fmt, ...)
{
	va_list args;

	if (nearness <= *nearest)
		return;
	*nearest = nearness;
	va_start(args, fmt);
	vsnprintf(login->why, sizeof(login->why), fmt, args);
	va_end(args);
}

/* A word of AuthorizedKeysFile with its tokens filled in (sshd_config(5), TOKENS), in the home if
 * it is relative. False when it is no file, or too long. */
static bool expand(const char *word, size_t len, const struct account *account, char path[PATH_MAX])
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;

	if (len == 4 && !strncmp(word, "none", 4))
		return false;
	if (*word != '/' && strncmp(word, "%h", 2) != 0)
		buf_addf(&out, "%s/", account->home);
	for (size_t i = 0; i < len; i++) {
		if (word[i] != '%')
			buf_add(&out, word + i, 1);
		else if (++i == len)
			return false;
		else if (word[i] == '%')
			buf_adds(&out, "%");
		else if (word[i] == 'h')
			buf_adds(&out, account->home);
		else if (word[i] == 'u')
			buf_adds(&out, account->name);
		else if (word[i] == 'U')
			buf_addf(&out, "%u", (unsigned)account->uid);
		else
			return false;
	}
	return !out.error && snprintf(path, PATH_MAX, "%s", buf_str(&out)) < PATH_MAX;
}

static bool has_key(int root, const struct account *account, const char *settings, const char *name,
		    struct key_login *login, int *nearest)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT, algorithms = BUF_INIT;
	struct key_rules rules = {NULL, RSA_BITS};
	struct key_file_path path;
	const char *value;
	size_t len;

	value = sshd_value(settings, "PubkeyAcceptedAlgorithms", 0, &len);
	if (value) {
		buf_add(&algorithms, value, len);
		rules.algorithms = buf_str(&algorithms);
	}
	value = sshd_value(settings, "RequiredRSASize", 0, &len);
	if (value)
		rules.rsa_bits = (unsigned)strtoul(value, NULL, 10);
	switch (key_file_read(root, name, account,
			      !sshd_value_is(settings, "StrictModes", "no", "yes"), &text, &path)) {
	case KEY_FILE_ABSENT:
		return false;
	case KEY_FILE_UNSAFE:
		tell(login, nearest, NEAR_FILE, _("others than %s can write to %s"), account->name,
		     path.s);
		return false;
	case KEY_FILE_UNREADABLE:
		tell(login, nearest, NEAR_FILE, _("%s may not read %s"), account->name, path.s);
		return false;
	case KEY_FILE_READ:
		break;
	}
	switch (authorized_keys_find(buf_str(&text), &rules)) {
	case KEY_NONE:
		tell(login, nearest, NEAR_FILE, _("there is no key in %s"), name);
		return false;
	case KEY_LIMITED:
		tell(login, nearest, NEAR_KEY, _("the options before the key in %s limit it"),
		     name);
		return false;
	case KEY_REFUSED:
		tell(login, nearest, NEAR_KEY,
		     _("PubkeyAcceptedAlgorithms or RequiredRSASize leaves out the key in %s"),
		     name);
		return false;
	case KEY_GOOD:
		break;
	}
	return true;
}

static bool has_some_key(int root, const struct account *account, const char *settings,
			 struct key_login *login, int *nearest)
{
	size_t len = strlen(KEY_FILES), word;
	const char *value = sshd_value(settings, "AuthorizedKeysFile", 0, &len);

	if (!value)
		value = KEY_FILES;
	for (const char *end = value + len; value < end; value += word) {
		char path[PATH_MAX];

		value += strspn(value, BLANKS);
		word = strcspn(value, BLANKS "\n");
		if (word && expand(value, word, account, path) &&
		    has_key(root, account, settings, path, login, nearest))
			return true;
	}
	return false;
}

bool login_judge(int root, const struct account *account, const char *settings,
		 struct key_login *login, int *nearest)
{
	struct sshd_obstacle obstacle;

	if (!has_some_key(root, account, settings, login, nearest))
		return false;
	obstacle = sshd_find_obstacle(settings, account);
	if (*obstacle.s)
		tell(login, nearest, NEAR_LOGIN, "%s: %s", account->name, obstacle.s);
	else if (!account->has_shell)
		tell(login, nearest, NEAR_LOGIN, _("%s has no shell: %s"), account->name,
		     account->shell);
	else if (account->expires)
		tell(login, nearest, NEAR_LOGIN, _("the account %s expires"), account->name);
	else if (account->locked && sshd_value_is(settings, "UsePAM", "no", "yes"))
		tell(login, nearest, NEAR_LOGIN, _("the account %s is locked"), account->name);
	else
		return true;
	return false;
}

/* answers: NULL for sshd's defaults. */
static void judge(int root, const struct account_list *list, const char *answers,
		  struct key_login *login)
{
	int nearest = NEAR_NOTHING;

	snprintf(login->why, sizeof(login->why), "%s", _("there is none"));
	for (size_t i = 0; i < list->count && !login->possible; i++) {
		CLEANUP(buf_clear) struct buf settings = BUF_INIT;

		sshd_answer_add(answers, list->accounts[i].name, &settings);
		if (answers && !settings.len)
			continue;
		login->possible =
			login_judge(root, &list->accounts[i], buf_str(&settings), login, &nearest);
	}
	if (login->possible)
		*login->why = '\0';
}

/* Settings that sshd takes as they are, and refuses after the drop-in: a method that they ask for
 * is disabled by it. */
static bool is_drop_in_refused(int root)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;

	return sshd_settings(root, NULL, NULL, &out, NULL) == 0;
}

static void find(int root, const struct buf *drop_in, struct key_login *login)
{
	CLEANUP(account_list_clear) struct account_list list = ACCOUNT_LIST_INIT;
	CLEANUP(buf_clear) struct buf answers = BUF_INIT;
	struct error err = ERROR_INIT;

	*login = (struct key_login){0};
	if (account_list_read(&list, root) < 0)
		return;
	if (drop_in && list.count)
		login->known = sshd_answers(root, &list, drop_in, &answers, &err) == 0;
	if (err.code == -EINVAL && is_drop_in_refused(root)) {
		login->known = true;
		snprintf(login->why, sizeof(login->why), "%.*s", (int)sizeof(login->why) - 1,
			 err.text);
		return;
	}
	judge(root, &list, login->known ? buf_str(&answers) : NULL, login);
}

void logins_find(int root, struct key_login *login)
{
	find(root, NULL, login);
}

void logins_find_asking(int root, const struct buf *drop_in, struct key_login *login)
{
	find(root, drop_in, login);
}
