/* SPDX-License-Identifier: MIT */
#include "apply/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"

#define SYSTEMD "org.freedesktop.systemd1"
#define MANAGER_PATH "/org/freedesktop/systemd1"
#define MANAGER SYSTEMD ".Manager"
#define JOB_DEADLINE_MS 60000

struct units {
	sd_bus *bus;
	sd_bus_slot *removed; /* the match on JobRemoved; made with the first job */
	char job[128];	      /* the job waited for, by its object path */
	char result[32];      /* its result once it is removed, "" before */
};

static int bus_fail(struct error *err, int code, const sd_bus_error *bus_error, const char *what)
{
	if (bus_error && bus_error->message)
		return error_set(err, code, "%s: %s", what, bus_error->message);
	return error_errno(err, code, "%s", what);
}

int units_open(struct units **units, struct error *err)
{
	struct units *opened = calloc(1, sizeof(*opened));
	int r;

	if (!opened)
		return error_errno(err, -ENOMEM, "systemd");
	r = sd_bus_open_system(&opened->bus);
	if (r < 0) {
		free(opened);
		return error_errno(err, r, _("systemd: connect to the system bus"));
	}
	*units = opened;
	return 0;
}

void units_close(struct units *units)
{
	if (!units)
		return;
	sd_bus_slot_unref(units->removed);
	sd_bus_flush_close_unref(units->bus);
	free(units);
}

static int read_status(sd_bus_message *reply, const char *const names[], size_t count,
		       struct unit_status out[])
{
	const char *name, *load, *active;
	int r;

	while ((r = sd_bus_message_enter_container(reply, 'r', "ssssssouso")) > 0) {
		r = sd_bus_message_read(reply, "ssss", &name, NULL, &load, &active);
		if (r < 0)
			return r;
		for (size_t i = 0; i < count; i++) {
			if (strcmp(names[i], name) != 0)
				continue;
			out[i].found = !strcmp(load, "loaded");
			if (out[i].found)
				snprintf(out[i].active_state, sizeof(out[i].active_state), "%s",
					 active);
		}
		r = sd_bus_message_skip(reply, "ssouso");
		if (r < 0)
			return r;
		r = sd_bus_message_exit_container(reply);
		if (r < 0)
			return r;
	}
	return r;
}

int units_query(struct units *units, const char *const names[], size_t count,
		struct unit_status out[], struct error *err)
{
	sd_bus_error bus_error = SD_BUS_ERROR_NULL;
	sd_bus_message *call = NULL, *reply = NULL;
	int r;

	memset(out, 0, count * sizeof(*out));
	r = sd_bus_message_new_method_call(units->bus, &call, SYSTEMD, MANAGER_PATH, MANAGER,
					   "ListUnitsByNames");
	if (r >= 0)
		r = sd_bus_message_open_container(call, 'a', "s");
	for (size_t i = 0; i < count && r >= 0; i++)
		r = sd_bus_message_append(call, "s", names[i]);
	if (r >= 0)
		r = sd_bus_message_close_container(call);
	if (r >= 0)
		r = sd_bus_call(units->bus, call, 0, &bus_error, &reply);
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
	if (r >= 0)
		r = read_status(reply, names, count, out);
	if (r < 0)
		bus_fail(err, r, &bus_error, "systemd: ListUnitsByNames");
	sd_bus_message_unref(call);
	sd_bus_message_unref(reply);
	sd_bus_error_free(&bus_error);
	return r < 0 ? r : 0;
}

int units_query_file(struct units *units, const char *name, struct unit_status *status,
		     struct error *err)
{
	sd_bus_error bus_error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	const char *state = "";
	int r = sd_bus_call_method(units->bus, SYSTEMD, MANAGER_PATH, MANAGER, "GetUnitFileState",
				   &bus_error, &reply, "s", name);

	/* A unit that has no file has no state: that is for the caller to see, not an error. */
	if (r == -ENOENT || sd_bus_error_has_name(&bus_error, SD_BUS_ERROR_FILE_NOT_FOUND))
		r = 0;
	else if (r >= 0)
		r = sd_bus_message_read(reply, "s", &state);
	if (r < 0)
		bus_fail(err, r, &bus_error, name);
	else
		snprintf(status->file_state, sizeof(status->file_state), "%s", state);
	sd_bus_message_unref(reply);
	sd_bus_error_free(&bus_error);
	return r < 0 ? r : 0;
}

static int on_job_removed(sd_bus_message *message, void *data, sd_bus_error *bus_error)
{
	struct units *units = data;
	const char *job, *result;

	(void)bus_error;
	if (sd_bus_message_read(message, "uoss", NULL, &job, NULL, &result) >= 0 &&
	    !strcmp(job, units->job))
		snprintf(units->result, sizeof(units->result), "%s", result);
	return 0;
}

/* Before the first job is queued: its end could come before a later match. */
static int subscribe(struct units *units, struct error *err)
{
	sd_bus_error bus_error = SD_BUS_ERROR_NULL;
	int r;

	if (units->removed)
		return 0;
	r = sd_bus_match_signal(units->bus, &units->removed, SYSTEMD, MANAGER_PATH, MANAGER,
				"JobRemoved", on_job_removed, units);
	if (r >= 0)
		r = sd_bus_call_method(units->bus, SYSTEMD, MANAGER_PATH, MANAGER, "Subscribe",
				       &bus_error, NULL, "");
	if (r < 0)
		bus_fail(err, r, &bus_error, "systemd: Subscribe");
	sd_bus_error_free(&bus_error);
	return r < 0 ? r : 0;
}

/* Handles what the bus brings until the job's result is there. */
static int wait_for_job(struct units *units)
{
	long deadline = clock_now_ms() + JOB_DEADLINE_MS;

	while (!*units->result) {
		long left = deadline - clock_now_ms();
		int r;

		if (left <= 0)
			return -ETIME;
		r = sd_bus_process(units->bus, NULL);
		if (r == 0)
			r = sd_bus_wait(units->bus, (uint64_t)left * 1000);
		if (r < 0 && r != -EINTR)
			return r;
	}
	return 0;
}

int units_run(struct units *units, enum unit_verb verb, const char *name, struct error *err)
{
	static const struct {
		const char *method, *word;
	} verbs[] = {
		[UNIT_START] = {"StartUnit", "start"},
		[UNIT_RESTART] = {"RestartUnit", "restart"},
		[UNIT_RELOAD] = {"ReloadUnit", "reload"},
		[UNIT_STOP] = {"StopUnit", "stop"},
	};
	sd_bus_error bus_error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	const char *job;
	int r = subscribe(units, err);

	if (r < 0)
		return r;
	units->result[0] = '\0';
	r = sd_bus_call_method(units->bus, SYSTEMD, MANAGER_PATH, MANAGER, verbs[verb].method,
			       &bus_error, &reply, "ss", name, "replace");
	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &job);
	if (r < 0) {
		bus_fail(err, r, &bus_error, verbs[verb].word);
		error_wrap(err, "%s", name);
	} else {
		snprintf(units->job, sizeof(units->job), "%s", job);
		r = wait_for_job(units);
		if (r == -ETIME)
			error_set(err, r, _("%s: %s: no end of the job within %d s"), name,
				  verbs[verb].word, JOB_DEADLINE_MS / 1000);
		else if (r < 0)
			error_errno(err, r, "%s: %s", name, verbs[verb].word);
		else if (strcmp(units->result, "done") != 0)
			r = error_set(err, -EIO, _("%s: %s: result '%s'; see: journalctl -u %s"),
				      name, verbs[verb].word, units->result, name);
	}
	sd_bus_message_unref(reply);
	sd_bus_error_free(&bus_error);
	return r < 0 ? r : 0;
}

int units_reload_manager(struct units *units, struct error *err)
{
	sd_bus_error bus_error = SD_BUS_ERROR_NULL;
	int r = sd_bus_call_method(units->bus, SYSTEMD, MANAGER_PATH, MANAGER, "Reload", &bus_error,
				   NULL, "");

	if (r < 0)
		bus_fail(err, r, &bus_error, "systemd: Reload");
	sd_bus_error_free(&bus_error);
	return r < 0 ? r : 0;
}

int units_enable(struct units *units, const char *name, struct error *err)
{
	sd_bus_error bus_error = SD_BUS_ERROR_NULL;
	int r = sd_bus_call_method(units->bus, SYSTEMD, MANAGER_PATH, MANAGER, "EnableUnitFiles",
				   &bus_error, NULL, "asbb", 1, name, 0, 0);

	if (r < 0) {
		bus_fail(err, r, &bus_error, "enable");
		error_wrap(err, "%s", name);
	}
	sd_bus_error_free(&bus_error);
	return r < 0 ? r : units_reload_manager(units, err);
}

int units_disable(struct units *units, const char *name, struct error *err)
{
	sd_bus_error bus_error = SD_BUS_ERROR_NULL;
	int r = sd_bus_call_method(units->bus, SYSTEMD, MANAGER_PATH, MANAGER, "DisableUnitFiles",
				   &bus_error, NULL, "asb", 1, name, 0);

	if (r < 0) {
		bus_fail(err, r, &bus_error, "disable");
		error_wrap(err, "%s", name);
	}
	sd_bus_error_free(&bus_error);
	return r < 0 ? r : units_reload_manager(units, err);
}

bool unit_is_active(const struct unit_status *status)
{
	return !strcmp(status->active_state, "active");
}

bool unit_is_enabled(const struct unit_status *status)
{
	return !strcmp(status->file_state, "enabled") || !strcmp(status->file_state, "static");
}
