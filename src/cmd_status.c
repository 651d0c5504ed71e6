/* SPDX-License-Identifier: MIT */
#include <cjson/cJSON.h>
#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "apply/wg_dump.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/i18n.h"
#include "cmd.h"
#include "session.h"
#include "status/json.h"
#include "status/mark.h"
#include "status/redraw.h"
#include "status/text.h"
#include "status/view.h"

#define WATCH_SECONDS 2

/* What a terminal without a name, or a "dumb" one, can't be asked for. */
static bool is_screen(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

/* NO_COLOR: https://no-color.org */
static struct style get_style(void)
{
	const char *no_color = getenv("NO_COLOR");

	return (struct style){.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8"),
			      .colour = is_screen() && !(no_color && *no_color)};
}

static void print_json(const struct view *view, const struct options *options, struct buf *out)
{
	cJSON *root = status_json(view);
	char *line;

	cmd_json_notes(root, view->plan);
	if (!options->watch) {
		cmd_json_print(root, out);
		return;
	}
	line = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	if (line)
		buf_addf(out, "%s\n", line);
	else
		out->error = -ENOMEM;
	cJSON_free(line);
}

static void print_view(struct session *session, const struct options *options, struct buf *out)
{
	struct view view = {
		.instance = &session->instance,
		.relay = &session->relay,
		.machine = &session->machine,
		.inventory = &session->inventory,
		.state = &session->state,
		.plan = &session->plan,
		.live = session->live,
		.now = time(NULL),
	};
	const char *wg = session->relay.wg_interface.s;
	struct wg_dump dump;

	if (session->live && inventory_link(&session->inventory, wg) &&
	    wg_dump_read(&dump, wg, NULL) == 0)
		view.dump = &dump;
	view_judge(&view);
	if (options->json)
		print_json(&view, options, out);
	else
		status_text(&view, get_style(), options->verbose, out);
}

/* Looks, and appends what is to be shown. What a session tells with --verbose is on the screen
 * already. */
static int look(const struct options *options, struct buf *out, struct error *err)
{
	struct session session CLEANUP(session_close) = SESSION_INIT;
	struct options quiet = *options;
	int r;

	quiet.verbose = false;
	r = session_open(&session, &quiet, err);
	if (r == 0)
		r = session_recall(&session, err);
	if (r == 0)
		r = session_make_relay(&session, err);
	if (r == 0)
		r = session_make_plan(&session, err);
	if (r == 0)
		print_view(&session, options, out);
	return r;
}

/* In the place of what was shown before, or after it with a blank line between. */
static int show_again(const struct options *options, const struct buf *text, bool first)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	struct winsize size = {0};

	if (text->error) {
		out.error = text->error;
	} else if (!options->json && is_screen()) {
		ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
		redraw_add(buf_str(text), size.ws_row, size.ws_col, &out);
	} else {
		buf_adds(&out, first || options->json || !text->len ? "" : "\n");
		buf_add(&out, buf_str(text), text->len);
	}
	return cmd_print(&out);
}

/* A look that fails is the end of it if it is the first one; later it may be of a moment in which
 * the machine changes, and is told. */
static void tell_failure(const struct options *options, const struct error *err, struct buf *text)
{
	if (!options->json && is_screen())
		buf_addf(text, "sixrelay: %s\n", err->text);
	else
		cmd_fail(err, EXIT_FAILURE);
}

/* The signals in `end` are blocked: none of them comes in the midst of a screen. A child has them
 * unblocked (base/process.c), and dies of the same Ctrl-C: what was seen then is not shown. */
static int watch(const struct options *options, const sigset_t *end)
{
	const struct timespec interval = {.tv_sec = WATCH_SECONDS}, none = {0};

	for (bool first = true;; first = false) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT;
		struct error err = ERROR_INIT;
		int r = look(options, &text, &err);

		if (sigtimedwait(end, NULL, &none) > 0)
			return EXIT_SUCCESS;
		if (r < 0 && first)
			return cmd_fail(&err, EXIT_FAILURE);
		if (r < 0)
			tell_failure(options, &err, &text);
		if (show_again(options, &text, first) != 0)
			return EXIT_FAILURE;
		if (sigtimedwait(end, NULL, &interval) > 0)
			return EXIT_SUCCESS;
	}
}

/* What a terminal echoes of a Ctrl-C stands in a line of its own. */
static int watch_until_told(const struct options *options)
{
	sigset_t end;
	int status;

	sigemptyset(&end);
	sigaddset(&end, SIGINT);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	status = watch(options, &end);
	if (status == EXIT_SUCCESS && !options->json && is_screen()) {
		putchar('\n');
		status = cmd_flush();
	}
	return status;
}

int cmd_status(const struct options *options)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;

	if (options->watch)
		return watch_until_told(options);
	if (look(options, &out, &err) < 0)
		return cmd_fail(&err, EXIT_FAILURE);
	return cmd_print(&out);
}
