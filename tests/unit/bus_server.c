/* SPDX-License-Identifier: MIT */
#include "bus_server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "unit.h"

#define MANAGER_PATH "/org/freedesktop/systemd1"
#define JOB MANAGER_PATH "/job/7"
/* Names that a bus gives: the agent's, systemd's, and a stranger's. */
#define AGENT ":1.5"
#define SYSTEMD ":1.1"
#define STRANGER ":1.66"

/* In the server's process: check has one file for what all of a test's processes assert, and they
 * would write into each other's words. */
static void must(int r)
{
	if (r < 0)
		_exit(1);
}

static void say_removed(sd_bus *bus, const char *sender, const char *result)
{
	sd_bus_message *signal = NULL;

	must(sd_bus_message_new_signal(bus, &signal, MANAGER_PATH,
				       "org.freedesktop.systemd1.Manager", "JobRemoved"));
	sd_bus_message_set_sender(signal, sender);
	sd_bus_message_set_destination(signal, AGENT);
	sd_bus_message_append(signal, "uoss", 7, JOB, "wg-quick@wg0.service", result);
	must(sd_bus_send(bus, signal, NULL));
	sd_bus_message_unref(signal);
}

static int answer(sd_bus_message *call, void *data, sd_bus_error *error)
{
	sd_bus *bus = sd_bus_message_get_bus(call);
	const struct bus_job *job = data;
	sd_bus_message *reply = NULL;
	int is_job = sd_bus_message_is_method_call(call, NULL, "StartUnit");

	(void)error;
	if (!sd_bus_message_is_method_call(call, NULL, NULL))
		return 0;
	if (is_job && job->forged)
		say_removed(bus, STRANGER, job->forged);
	must(sd_bus_message_new_method_return(call, &reply));
	sd_bus_message_set_sender(reply, SYSTEMD);
	if (sd_bus_message_is_method_call(call, NULL, "Hello"))
		sd_bus_message_append(reply, "s", AGENT);
	else if (sd_bus_message_is_method_call(call, NULL, "ListUnitsByPatterns"))
		sd_bus_message_append(reply, "a(ssssssouso)", 0);
	else if (is_job)
		sd_bus_message_append(reply, "o", JOB);
	must(sd_bus_send(bus, reply, NULL));
	sd_bus_message_unref(reply);
	if (is_job)
		say_removed(bus, SYSTEMD, job->result);
	return 1;
}

static void serve(int listener, const struct bus_job *job)
{
	int fd = accept(listener, NULL, NULL);
	sd_bus *bus = NULL;
	sd_id128_t id;
	int r;

	sd_id128_randomize(&id);
	if (fd < 0 || sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, fd, fd) < 0 ||
	    sd_bus_set_server(bus, 1, id) < 0 || sd_bus_set_anonymous(bus, 1) < 0 ||
	    sd_bus_set_trusted(bus, 1) < 0 || sd_bus_start(bus) < 0 ||
	    sd_bus_add_filter(bus, NULL, answer, (void *)job) < 0)
		_exit(1);
	do {
		r = sd_bus_process(bus, NULL);
		if (r == 0)
			r = sd_bus_wait(bus, UINT64_MAX);
	} while (r >= 0);
	_exit(0);
}

void bus_server_start(const struct bus_job *job)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char variable[sizeof(address.sun_path) + sizeof("unix:path=")];
	int root, listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct unit_path dir = unit_directory(&root);
	pid_t parent = getpid(), child;

	ck_assert_int_lt(snprintf(address.sun_path, sizeof(address.sun_path), "%s/bus", dir.s),
			 (int)sizeof(address.sun_path));
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	snprintf(variable, sizeof(variable), "unix:path=%s", address.sun_path);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", variable, 1);
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			serve(listener, job);
		_exit(1);
	}
	ck_assert_int_gt(child, 0);
	close(listener);
	close(root);
}
