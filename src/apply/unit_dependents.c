/* SPDX-License-Identifier: MIT */
#include "apply/unit_dependents.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "apply/state.h"
#include "apply/state_before.h"
#include "apply/units.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "render/ndppd.h"

#define QUEUE_MAX 256

/* Units to be looked at, and after `next` those that were found meanwhile. */
struct queue {
	char *names[QUEUE_MAX];
	size_t count;
};

static void queue_clear(struct queue *queue)
{
	for (size_t i = 0; i < queue->count; i++)
		free(queue->names[i]);
}

/* False when it is there already. */
static bool queue_add(struct queue *queue, const char *name)
{
	for (size_t i = 0; i < queue->count; i++)
		if (!strcmp(queue->names[i], name))
			return false;
	if (queue->count == QUEUE_MAX)
		return false;
	queue->names[queue->count] = strdup(name);
	return queue->names[queue->count] && ++queue->count;
}

/* The agent's own, which have steps of their own, and what can't be started by its name. */
static bool is_other(const char *name)
{
	static const char *const own[] = {"ndppd.service", "sixrelay.service"};
	static const char *const kinds[] = {".target", ".device", ".slice", ".scope"};
	const char *kind = strrchr(name, '.');

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (!strcmp(name, own[i]))
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!kind || !strcmp(kind, kinds[i]))
			return false;
	return true;
}

/* The relations by which a stop is passed on. */
static int add_dependents(struct units *units, const char *unit, struct queue *queue,
			  struct error *err)
{
	static const char *const relations[] = {"RequiredBy", "RequisiteOf", "BoundBy",
						"ConsistsOf"};
	char **names = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(relations); i++) {
		r = units_query_names(units, unit, relations[i], &names, err);
		for (size_t k = 0; r == 0 && names && names[k]; k++) {
			char state[16];

			r = units_query_now(units, names[k], state, err);
			if (r == 0 && unit_is_up(state) && is_other(names[k]))
				queue_add(queue, names[k]);
		}
		units_names_free(names);
		names = NULL;
	}
	return r;
}

int unit_dependents(struct units *units, const char *unit,
		    void (*found)(const char *dependent, void *data), void *data, struct error *err)
{
	struct queue queue CLEANUP(queue_clear) = {.count = 0};
	struct link_name interface;
	size_t own;
	int r = 0;

	queue_add(&queue, unit);
	if (unit_wgquick_interface(unit, &interface))
		queue_add(&queue, device_unit(&interface).s);
	own = queue.count;
	for (size_t i = 0; r == 0 && i < queue.count; i++) {
		if (i >= own)
			found(queue.names[i], data);
		r = add_dependents(units, queue.names[i], &queue, err);
	}
	return r;
}

struct record {
	struct state *state;
	const char *unit;
};

static void record_one(const char *dependent, void *data)
{
	const struct record *record = data;

	state_add_dependent(record->state, record->unit, dependent);
}

int unit_dependents_record(struct units *units, struct state *state, const char *unit,
			   struct error *err)
{
	struct record record = {state, unit};

	return unit_dependents(units, unit, record_one, &record, err);
}

int unit_dependents_start(struct units *units, const struct state *state, const char *unit,
			  struct error *err)
{
	const char *dependent;
	int result = 0;

	for (size_t i = 0; (dependent = state_dependent(state, unit, i)); i++) {
		int r = units_run(units, UNIT_START, dependent, result < 0 ? NULL : err);

		if (r < 0 && r != -ENOENT && result == 0)
			result = r;
	}
	return result;
}
