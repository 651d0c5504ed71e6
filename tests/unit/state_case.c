/* SPDX-License-Identifier: MIT */
#include "state_case.h"

#include <unistd.h>

struct unit_path dir;
int root;
struct state state;
struct error err;

void state_setup(void)
{
	dir = unit_directory(&root);
	err = ERROR_INIT;
	ck_assert_int_eq(state_load(&state, root, &err), 0);
}

void state_teardown(void)
{
	state_clear(&state);
	close(root);
}

void save_and_load(void)
{
	ck_assert_msg(state_save(&state, root, &err) == 0, "%s", err.text);
	ck_assert_msg(state_load(&state, root, &err) == 0, "%s", err.text);
}
