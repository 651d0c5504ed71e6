/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct buf;
struct change;
struct error;
struct file_spec;

/* Appends the unified diff of a file that changes, made by diff(1), with the value of every
 * PrivateKey line, and a key file's content, shown as "(hidden)"; with new_keys also the public
 * keys of key pairs that don't exist yet, shown as "(new)". */
int diff_file(const struct file_spec *spec, const struct change *change, bool new_keys,
	      struct buf *out, struct error *err);
