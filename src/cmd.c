/* SPDX-License-Identifier: MIT */
#include "cmd.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apply/lock.h"
#include "apply/plan.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/wrap.h"

void cmd_tell(const char *label, const char *text)
{
	CLEANUP(buf_clear) struct buf lead = BUF_INIT, out = BUF_INIT;

	buf_addf(&lead, "sixrelay: %s", label);
	if (isatty(STDERR_FILENO))
		wrap(&out, buf_str(&lead), text, 2);
	else
		buf_addf(&out, "%s%s\n", buf_str(&lead), text);
	fputs(buf_str(&out), stderr);
}

int cmd_fail(const struct error *err, int status)
{
	cmd_tell("", err->text);
	return status;
}

void cmd_progress(const char *step, const struct error *failure, void *data)
{
	CLEANUP(buf_clear) struct buf label = BUF_INIT;

	(void)data;
	if (!failure) {
		printf("sixrelay: %s\n", step);
		fflush(stdout);
		return;
	}
	buf_addf(&label, _("%s FAILED: "), step);
	cmd_tell(buf_str(&label), failure->text);
}

static int lock_with(int (*take)(int root, bool wait, struct error *err), int root, bool *waited,
		     struct error *err)
{
	int r = take(root, false, err);

	if (r != -EWOULDBLOCK)
		return r;
	*waited = true;
	fprintf(stderr, _("sixrelay: another run is under way; waiting for its end\n"));
	return take(root, true, err);
}

int cmd_lock(int root, bool *waited, struct error *err)
{
	return lock_with(lock_take, root, waited, err);
}

int cmd_lock_shared(int root, bool *waited, struct error *err)
{
	return lock_with(lock_share, root, waited, err);
}

int cmd_flush(void)
{
	struct error err = ERROR_INIT;
	int r = fflush(stdout) == 0 ? 0 : -errno;

	/* Of an earlier write only that it failed is known; errno is of something else by now. */
	if (r == 0 && ferror(stdout))
		r = -EIO;
	if (r == 0)
		return EXIT_SUCCESS;
	error_errno(&err, r, _("standard output"));
	return cmd_fail(&err, EXIT_FAILURE);
}

/* Not by way of stdout, whose buffer would keep the script's private key. */
int cmd_print(const struct buf *out)
{
	struct error err = ERROR_INIT;
	int r = out->error;

	if (r == 0 && cmd_flush() != EXIT_SUCCESS)
		return EXIT_FAILURE;
	if (r == 0)
		r = file_put(STDOUT_FILENO, buf_str(out), out->len);
	if (r == 0)
		return EXIT_SUCCESS;
	error_errno(&err, r, _("standard output"));
	return cmd_fail(&err, EXIT_FAILURE);
}

void cmd_json_notes(cJSON *root, const struct plan *plan)
{
	cJSON *notes = cJSON_AddArrayToObject(root, "notes"), *item;

	for (size_t i = 0; i < plan->note_count; i++) {
		item = cJSON_CreateObject();
		cJSON_AddStringToObject(item, "kind", note_label(plan->notes[i].kind));
		cJSON_AddStringToObject(item, "text", plan->notes[i].text);
		cJSON_AddItemToArray(notes, item);
	}
}

void cmd_json_print(cJSON *root, struct buf *out)
{
	char *text = cJSON_Print(root);

	cJSON_Delete(root);
	if (text)
		buf_addf(out, "%s\n", text);
	else
		out->error = -ENOMEM;
	cJSON_free(text);
}
