/* SPDX-License-Identifier: MIT */
#include "prove/ndppd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apply/changes.h"
#include "apply/machine.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"
#include "net/inventory.h"
#include "net/netlink.h"
#include "prove/check.h"
#include "prove/checks.h"
#include "prove/subject.h"
#include "relay/relay.h"
#include "render/files.h"

#define PROC_MAX (1024 * 1024)
#define SOCKETS_MAX 16
/* As little as tells spinning from work. */
#define SAMPLE_MS 200
#define BUSY_PERCENT 70
/* So many restarts, the last one so recent, are a loop. */
#define LOOP_RESTARTS 3
#define LOOP_US (60 * 1000000ull)
/* So long it may take to open its socket. */
#define START_US 2000000ull
#define START_POLL_MS 20

bool process_ticks(const char *stat, uint64_t *ticks)
{
	const char *after = strrchr(stat, ')'); /* the name may hold anything */
	uint64_t user, system;

	if (!after ||
	    sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64,
		   &user, &system) != 2)
		return false;
	*ticks = user + system;
	return true;
}

bool packet_sockets_have(const char *text, const uint64_t inodes[], size_t count, int index)
{
	for (const char *line = strchr(text, '\n'); line; line = strchr(line + 1, '\n')) {
		uint64_t inode;
		int iface;

		/* sk RefCnt Type Proto Iface R Rmem User Inode */
		if (sscanf(line + 1, "%*s %*u %*u %*x %d %*d %*u %*u %" SCNu64, &iface, &inode) !=
			    2 ||
		    iface != index)
			continue;
		for (size_t i = 0; i < count; i++)
			if (inodes[i] == inode)
				return true;
	}
	return false;
}

static void no_process(struct check *check, const struct ndppd_facts *facts)
{
	const struct service_status *service = &facts->service;

	if (!strcmp(service->sub_state, "auto-restart")) {
		check_fail(check, _("ndppd.service ends again and again: %u restarts so far"),
			   (unsigned)service->restarts);
		check_cause(check, _("it can't start: its journal says why"));
	} else {
		check_fail(check, _("ndppd.service is %s: nobody answers for the LAN"),
			   service->active_state);
		check_cause(check, !strcmp(service->active_state, "failed")
					   ? _("it failed: its journal says why")
					   : _("somebody stopped it"));
	}
	check_advise(check, "journalctl -u ndppd -n 20; systemctl restart ndppd");
}

void ndppd_judge(struct check *check, const struct ndppd_facts *facts, const char *nic)
{
	const struct service_status *service = &facts->service;

	if (strcmp(service->active_state, "active") != 0 || !service->pid) {
		no_process(check, facts);
	} else if (facts->wrong) {
		check_fail(check, "%s: %s", FILE_NDPPD, facts->wrong);
		check_cause(check, _("somebody, or another program, changed it since the last "
				     "apply"));
		check_advise(check, "sixrelay apply");
	} else if (service->restarts >= LOOP_RESTARTS &&
		   facts->now_us - service->started_us < LOOP_US) {
		check_fail(check, _("ndppd.service was restarted %u times, just now once more"),
			   (unsigned)service->restarts);
		check_cause(check, _("it starts, and ends: its journal says why"));
		check_advise(check, "journalctl -u ndppd -n 20");
	} else if (facts->has_sockets && !facts->listens) {
		check_fail(check, _("ndppd is deaf: it doesn't listen on %s"), nic);
		check_cause(check, _("%s was made anew after ndppd had started"), nic);
		check_advise(check, "systemctl restart ndppd");
	} else if (!facts->allmulti) {
		check_fail(check,
			   _("ndppd is deaf: %s drops multicast to groups that the kernel "
			     "hasn't joined (ALLMULTI is off)"),
			   nic);
		check_cause(check, _("another ndppd ended, or somebody turned it off"));
		check_advise(check, "systemctl restart ndppd");
	} else if (facts->busy >= BUSY_PERCENT) {
		check_fail(check, _("ndppd spins: it takes %u %% of a processor"), facts->busy);
		check_cause(check, _("its NIC was made anew, or it is flooded with solicitations"));
		check_advise(check, "systemctl restart ndppd");
	} else if (facts->disabled) {
		check_fail(check, _("ndppd is active, but won't start at boot"));
		check_cause(check, _("somebody disabled ndppd.service, or masked it"));
		check_advise(check, "sixrelay apply");
	} else {
		check_pass(check, _("active, listens on %s"), nic);
	}
}

static bool read_ticks(const struct subject *s, uint32_t pid, uint64_t *ticks)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%u/stat", (unsigned)pid);
	return file_read(s->root, path, PROC_MAX, &text, NULL, NULL) == 0 &&
	       process_ticks(buf_str(&text), ticks);
}

/* The process's sockets, by their inodes. */
static size_t read_sockets(const struct subject *s, uint32_t pid, uint64_t inodes[SOCKETS_MAX])
{
	char path[32], target[64];
	struct dirent *entry;
	size_t count = 0;
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/fd", (unsigned)pid);
	fd = file_open(s->root, path, O_RDONLY | O_DIRECTORY);
	dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (count < SOCKETS_MAX && (entry = readdir(dir))) {
		ssize_t len = readlinkat(fd, entry->d_name, target, sizeof(target) - 1);

		target[len > 0 ? len : 0] = '\0';
		count += sscanf(target, "socket:[%" SCNu64 "]", &inodes[count]) == 1;
	}
	closedir(dir);
	return count;
}

void ndppd_begin(struct subject *s)
{
	s->ndppd_ms = clock_now_ms();
	if (!s->units || units_query_service(s->units, "ndppd.service", &s->ndppd, NULL) < 0 ||
	    !s->ndppd.pid || !read_ticks(s, s->ndppd.pid, &s->ndppd_ticks))
		s->ndppd.pid = 0;
}

/* Of a processor, in percent, since the checks began. */
static unsigned measure_busy(const struct subject *s, uint32_t pid)
{
	long passed = clock_now_ms() - s->ndppd_ms;
	long per_second = sysconf(_SC_CLK_TCK);
	uint64_t ticks;

	if (pid != s->ndppd.pid || !pid)
		return 0;
	if (passed < SAMPLE_MS) {
		clock_sleep_ms((int)(SAMPLE_MS - passed));
		passed = clock_now_ms() - s->ndppd_ms;
	}
	if (!read_ticks(s, pid, &ticks) || ticks < s->ndppd_ticks || per_second <= 0)
		return 0;
	return (unsigned)((ticks - s->ndppd_ticks) * 100000 /
			  ((uint64_t)per_second * (uint64_t)passed));
}

/* What isn't as planned in the file, or the unit: NULL when all is. */
static const char *find_wrong(const struct subject *s)
{
	const struct file_spec *spec = file_list_find(s->files, FILE_NDPPD);
	const struct change *change = spec ? &s->changes[spec - s->files->specs] : NULL;

	if (!change || change->kind == CHANGE_NONE || change->kind == CHANGE_MODE)
		return NULL;
	if (change->kind == CHANGE_CREATE)
		return _("missing");
	if (strstr(buf_str(&change->old), "auto") || strstr(buf_str(&change->old), "iface"))
		return _("not as planned: a rule auto or iface asks inside the tunnel, where "
			 "nobody answers; static is needed");
	return change->foreign ? _("changed by somebody else") : _("older than the settings");
}

/* Whether it listens on the NIC. has_sockets tells whether that could be found out. */
static bool is_listening(const struct subject *s, uint32_t pid, bool *has_sockets)
{
	CLEANUP(buf_clear) struct buf packet = BUF_INIT;
	uint64_t inodes[SOCKETS_MAX];
	size_t count = read_sockets(s, pid, inodes);

	*has_sockets =
		count && file_read(s->root, "/proc/net/packet", PROC_MAX, &packet, NULL, NULL) == 0;
	return packet_sockets_have(buf_str(&packet), inodes, count, s->relay->nic_index);
}

/* For systemd a service is active as soon as there is a process, which has yet to open its socket.
 */
static void look(const struct subject *s, struct ndppd_facts *facts)
{
	do {
		facts->now_us = (uint64_t)clock_now_ms() * 1000;
		facts->listens = is_listening(s, facts->service.pid, &facts->has_sockets);
		if (facts->listens || facts->now_us - facts->service.started_us > START_US)
			break;
		clock_sleep_ms(START_POLL_MS);
	} while (true);
	facts->busy = measure_busy(s, facts->service.pid);
}

/* After the process was waited for: it sets the flag as it starts. */
static bool takes_all_multicast(const struct subject *s)
{
	struct inventory now = INVENTORY_INIT;
	const struct link *link = NULL;
	bool set;

	if (netlink_inventory(&now, NULL) == 0)
		link = inventory_link(&now, s->relay->nic.s);
	set = !link || link->allmulti;
	inventory_clear(&now);
	return set;
}

void check_ndppd(struct check *check, struct subject *s, const struct site *site)
{
	struct ndppd_facts facts = {
		.disabled = s->machine->units_known && !unit_is_enabled(&s->machine->ndppd),
		.wrong = find_wrong(s),
	};
	struct error err = ERROR_INIT;

	(void)site;
	if (!s->units) {
		check_skip(check, "%s", s->machine->units_error.text);
		return;
	}
	if (units_query_service(s->units, "ndppd.service", &facts.service, &err) < 0) {
		check_skip(check, "%s", err.text);
		return;
	}
	if (facts.service.pid)
		look(s, &facts);
	facts.allmulti = takes_all_multicast(s);
	ndppd_judge(check, &facts, s->relay->nic.s);
}
