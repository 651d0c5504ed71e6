/* SPDX-License-Identifier: MIT */
#include "apply/sshd_answers.h"

#include <string.h>

#include "apply/accounts.h"
#include "apply/sshd.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"

#define ANSWERS_FILE "/run/sixrelay.sshd"
#define ANSWERS_MAX (1024 * 1024)

/* What the answers hold for: as long as none of it changes, sshd would say the same again. */
static void add_occasion(int root, const struct buf *drop_in, struct buf *out)
{
	buf_adds(out, buf_str(drop_in));
	sshd_list_files(root, out);
}

static int ask_all(int root, const struct account_list *list, const struct buf *drop_in,
		   struct buf *answers, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < list->count; i++) {
		buf_addf(answers, "\n\n= %s\n", list->accounts[i].name);
		r = sshd_settings(root, drop_in, list->accounts[i].name, answers, err);
	}
	buf_adds(answers, "\n");
	return r < 0 ? r : answers->error;
}

int sshd_answers(int root, const struct account_list *list, const struct buf *drop_in,
		 struct buf *answers, struct error *err)
{
	CLEANUP(buf_clear) struct buf kept = BUF_INIT;
	size_t len;
	int r;

	add_occasion(root, drop_in, answers);
	if (answers->error)
		return answers->error;
	len = answers->len;
	if (file_read(root, ANSWERS_FILE, ANSWERS_MAX, &kept, NULL, NULL) == 0 && kept.len > len &&
	    !memcmp(kept.data, answers->data, len) && !strncmp(kept.data + len, "\n\n= ", 4)) {
		buf_add(answers, kept.data + len, kept.len - len);
		return answers->error;
	}
	r = ask_all(root, list, drop_in, answers, err);
	/* What can't be kept is asked again. */
	if (r == 0)
		file_write(root, ANSWERS_FILE, answers, 0600, NULL);
	return r;
}

int sshd_answers_forget(int root, struct error *err)
{
	return file_remove(root, ANSWERS_FILE, err);
}

/* The account's part of the answers: after a line with its name, up to an empty one. */
static const char *answer_find(const char *answers, const char *name)
{
	CLEANUP(buf_clear) struct buf title = BUF_INIT;
	const char *found;

	buf_addf(&title, "\n\n= %s\n", name);
	found = strstr(answers, buf_str(&title));
	return found ? found + title.len : NULL;
}

void sshd_answer_add(const char *answers, const char *name, struct buf *out)
{
	const char *answer = answers ? answer_find(answers, name) : NULL;
	const char *end = answer ? strstr(answer, "\n\n") : NULL;

	if (answer)
		buf_add(out, answer, end ? (size_t)(end - answer) : strlen(answer));
}
