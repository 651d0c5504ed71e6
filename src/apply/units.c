/* SPDX-License-Identifier: MIT */
#include "apply/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"

#define SYSTEMD "org.freedesktop.systemd1"
#define MANAGER_PATH "/org/freedesktop/systemd1"
#define MANAGER SYSTEMD ".Manager"
#define NO_SUCH_UNIT SYSTEMD ".NoSuchUnit"
#define JOB_DEADLINE_MS 60000
#define ANSWER_DEADLINE_MS 25000

struct unit_row {
	char name[128];
	char active_state[16];
};

struct units {
	sd_bus *bus;

	sd_bus_slot *listing; /* the question for the units' states */
	int listing_result;   /* 1: no answer yet; 0, or a negative errno */
	struct unit_row *rows;
	size_t row_count;

	sd_bus_slot *removed; /* the match on JobRemoved; made with the first job */
	char systemd[32];     /* systemd's own name on the bus */
	char job[128];	      /* the job waited for, by its object path */
	char result[32];      /* its result once it is removed, "" before */
};

static int bus_fail(struct error *err, int code, const sd_bus_error *bus_error, const char *what)
{
	if (bus_error && bus_error->message)
		return error_set(err, code, "%s: %s", what, bus_error->message);
	return error_errno(err, code, "%s", what);
}

/* systemd's own socket, for root alone, as systemctl uses it: there before and without dbus-daemon.
 * Not the first choice: systemd sets up all of its objects for each such connection, which takes
 * longer than the way over the bus. */
static int open_private(sd_bus **bus)
{
	CLEANUP(sd_bus_unrefp) sd_bus *opened = NULL;
	int r = sd_bus_new(&opened);

	if (r >= 0)
		r = sd_bus_set_address(opened, "unix:path=/run/systemd/private");
	if (r >= 0)
		r = sd_bus_start(opened);
	if (r >= 0)
		*bus = sd_bus_ref(opened);
	return r;
}

static int take_row(struct units *units, sd_bus_message *reply)
{
	const char *name, *active;
	struct unit_row *row;
	int r = sd_bus_message_read(reply, "(ssssssouso)", &name, NULL, NULL, &active, NULL, NULL,
				    NULL, NULL, NULL, NULL);

	if (r <= 0)
		return r;
	row = array_append(&units->rows, &units->row_count, sizeof(*row));
	if (!row)
		return -ENOMEM;
	snprintf(row->name, sizeof(row->name), "%s", name);
	snprintf(row->active_state, sizeof(row->active_state), "%s", active);
	return r;
}

static int on_listing(sd_bus_message *reply, void *data, sd_bus_error *bus_error)
{
	struct units *units = data;
	int r = -sd_bus_message_get_errno(reply);

	(void)bus_error;
	if (r == 0)
		r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
	while (r > 0)
		r = take_row(units, reply);
	units->listing_result = r;
	return 0;
}

static int ask_listing(struct units *units, const char *const patterns[])
{
	sd_bus_message *call = NULL;
	int r = sd_bus_message_new_method_call(units->bus, &call, SYSTEMD, MANAGER_PATH, MANAGER,
					       "ListUnitsByPatterns");

	if (r >= 0)
		r = sd_bus_message_append_strv(call, NULL);
	if (r >= 0)
		r = sd_bus_message_append_strv(call, (char **)patterns);
	if (r >= 0)
		r = sd_bus_call_async(units->bus, &units->listing, call, on_listing, units, 0);
	units->listing_result = 1;
	sd_bus_message_unref(call);
	return r;
}

int units_open(struct units **units, const char *const patterns[], struct error *err)
{
	struct units *opened = calloc(1, sizeof(*opened));
	int r;

	if (!opened)
		return error_errno(err, -ENOMEM, "systemd");
	r = sd_bus_open_system(&opened->bus);
	if (r < 0)
		r = open_private(&opened->bus);
	if (r >= 0)
		r = ask_listing(opened, patterns);
	if (r < 0) {
		units_close(opened);
		return error_errno(err, r, _("systemd: connect"));
	}
	*units = opened;
	return 0;
}

void units_close(struct units *units)
{
	if (!units)
		return;
	sd_bus_slot_unref(units->listing);
	sd_bus_slot_unref(units->removed);
	sd_bus_flush_close_unref(units->bus);
	free(units->rows);
	free(units);
}

void units_push(struct units *units)
{
	while (sd_bus_process(units->bus, NULL) > 0)
		;
}

/* Handles what the bus brings until done() says so, or the deadline has come. */
static int wait_until(struct units *units, bool (*done)(const struct units *units), long deadline)
{
	while (!done(units)) {
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

static bool has_listing(const struct units *units)
{
	return units->listing_result <= 0;
}

int units_query(struct units *units, const char *name, struct unit_status *status,
		struct error *err)
{
	int r = wait_until(units, has_listing, clock_now_ms() + ANSWER_DEADLINE_MS);

	if (r == 0)
		r = units->listing_result;
	if (r < 0)
		return error_errno(err, r, _("systemd: the units' states"));
	*status = (struct unit_status){.active_state = "inactive"};
	for (size_t i = 0; i < units->row_count; i++)
		if (!strcmp(units->rows[i].name, name))
			memcpy(status->active_state, units->rows[i].active_state,
			       sizeof(status->active_state));
	return 0;
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

static int get_string(struct units *units, const char *path, const char *interface,
		      const char *property, char *out, size_t size)
{
	CLEANUP(cleanup_free) char *value = NULL;
	int r = sd_bus_get_property_string(units->bus, SYSTEMD, path, interface, property, NULL,
					   &value);

	snprintf(out, size, "%s", r >= 0 ? value : "");
	return r;
}

int units_query_now(struct units *units, const char *name, char active_state[static 16],
		    struct error *err)
{
	CLEANUP(cleanup_free) char *path = NULL;
	int r = sd_bus_path_encode(MANAGER_PATH "/unit", name, &path);

	if (r >= 0)
		r = get_string(units, path, SYSTEMD ".Unit", "ActiveState", active_state, 16);
	return r < 0 ? error_errno(err, r, "%s", name) : 0;
}

int units_query_names(struct units *units, const char *name, const char *property, char ***names,
		      struct error *err)
{
	CLEANUP(cleanup_free) char *path = NULL;
	int r = sd_bus_path_encode(MANAGER_PATH "/unit", name, &path);

	if (r >= 0)
		r = sd_bus_get_property_strv(units->bus, SYSTEMD, path, SYSTEMD ".Unit", property,
					     NULL, names);
	return r < 0 ? error_errno(err, r, "%s: %s", name, property) : 0;
}

void units_names_free(char **names)
{
	for (size_t i = 0; names && names[i]; i++)
		free(names[i]);
	free(names);
}

static int get_number(struct units *units, const char *path, const char *property, char type,
		      void *out)
{
	return sd_bus_get_property_trivial(units->bus, SYSTEMD, path, SYSTEMD ".Service", property,
					   NULL, type, out);
}

int units_query_service(struct units *units, const char *name, struct service_status *status,
			struct error *err)
{
	CLEANUP(cleanup_free) char *path = NULL;
	int r = sd_bus_path_encode(MANAGER_PATH "/unit", name, &path);

	*status = (struct service_status){0};
	if (r >= 0)
		r = get_string(units, path, SYSTEMD ".Unit", "ActiveState", status->active_state,
			       sizeof(status->active_state));
	if (r >= 0)
		r = get_string(units, path, SYSTEMD ".Unit", "SubState", status->sub_state,
			       sizeof(status->sub_state));
	if (r >= 0)
		r = get_number(units, path, "MainPID", 'u', &status->pid);
	if (r >= 0)
		r = get_number(units, path, "NRestarts", 'u', &status->restarts);
	if (r >= 0)
		r = get_number(units, path, "ExecMainStartTimestampMonotonic", 't',
			       &status->started_us);
	return r < 0 ? error_errno(err, r, "%s", name) : 0;
}

/* "" on systemd's own socket, where nobody else speaks. */
static const char *sender_of(sd_bus_message *message)
{
	const char *sender = sd_bus_message_get_sender(message);

	return sender ? sender : "";
}

/* A match on systemd's well-known name is one of the bus's, which hands on what somebody sends to
 * our own name all the same. */
static int on_job_removed(sd_bus_message *message, void *data, sd_bus_error *bus_error)
{
	struct units *units = data;
	const char *job, *result;

	(void)bus_error;
	if (!strcmp(sender_of(message), units->systemd) &&
	    sd_bus_message_read(message, "uoss", NULL, &job, NULL, &result) >= 0 &&
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

static bool has_result(const struct units *units)
{
	return *units->result;
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
		if (sd_bus_error_has_name(&bus_error, NO_SUCH_UNIT))
			r = -ENOENT;
		bus_fail(err, r, &bus_error, verbs[verb].word);
		error_wrap(err, r, "%s", name);
	} else {
		/* Whom the bus took the question to, and the only one who may answer it. */
		snprintf(units->systemd, sizeof(units->systemd), "%s", sender_of(reply));
		snprintf(units->job, sizeof(units->job), "%s", job);
		r = wait_until(units, has_result, clock_now_ms() + JOB_DEADLINE_MS);
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

int units_reset_failed(struct units *units, const char *name, struct error *err)
{
	sd_bus_error bus_error = SD_BUS_ERROR_NULL;
	int r = sd_bus_call_method(units->bus, SYSTEMD, MANAGER_PATH, MANAGER, "ResetFailedUnit",
				   &bus_error, NULL, "s", name);

	/* One that isn't loaded has not failed. */
	if (sd_bus_error_has_name(&bus_error, NO_SUCH_UNIT))
		r = 0;
	if (r < 0)
		bus_fail(err, r, &bus_error, name);
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
		error_wrap(err, r, "%s", name);
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
		error_wrap(err, r, "%s", name);
	}
	sd_bus_error_free(&bus_error);
	return r < 0 ? r : units_reload_manager(units, err);
}

bool unit_wgquick_interface(const char *unit, struct link_name *interface)
{
	static const char start[] = "wg-quick@", end[] = ".service";
	char name[sizeof(interface->s)];
	size_t len = strlen(unit), fixed = strlen(start) + strlen(end);

	if (len <= fixed || len - fixed >= sizeof(name) ||
	    strncmp(unit, start, strlen(start)) != 0 || strcmp(unit + len - strlen(end), end) != 0)
		return false;
	memcpy(name, unit + strlen(start), len - fixed);
	name[len - fixed] = '\0';
	return link_name_parse(interface, name);
}

bool unit_is_active(const struct unit_status *status)
{
	return !strcmp(status->active_state, "active");
}

bool unit_is_up(const char *active_state)
{
	return !strcmp(active_state, "active") || !strcmp(active_state, "activating") ||
	       !strcmp(active_state, "reloading");
}

bool unit_is_enabled(const struct unit_status *status)
{
	return !strcmp(status->file_state, "enabled") || !strcmp(status->file_state, "static");
}
