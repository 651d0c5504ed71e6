/* SPDX-License-Identifier: MIT */
#pragma once

struct cJSON;
struct view;

/* The view for machines; without the plan's notes, but for those that say what is waited for. The
 * caller deletes it. Pure. */
struct cJSON *status_json(const struct view *view);
