/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "net/ra_route.h"

/* As Linux 6.18 prints them: the kernel's own default route, one that `ip route add … proto ra`
 * made as networkd does, a connected one, and the last entry of each table. */
#define ZERO "00000000000000000000000000000000"
#define GATEWAY "fe800000000000000000000000000001"
#define KERNEL ZERO " 00 " ZERO " 00 " GATEWAY " 00000400 00000002 00000000 00450003   enp1s0\n"
#define MANAGER ZERO " 00 " ZERO " 00 " GATEWAY " 00000200 00000002 00000000 00400003   enp1s0\n"
#define OTHER ZERO " 00 " ZERO " 00 " GATEWAY " 00000200 00000002 00000000 00000003     wan0\n"
#define CONNECTED                                                                                  \
	"3fff0000000000010000000000000000 40 " ZERO " 00 " ZERO                                    \
	" 00000100 00000001 00000000 00400001   enp1s0\n"
#define NONE ZERO " 00 " ZERO " 00 " ZERO " ffffffff 00000001 00000000 00200200       lo\n"

static const struct {
	const char *text;
	bool managed;
} rows[] = {
	{KERNEL CONNECTED NONE, false}, {MANAGER CONNECTED NONE, true},
	{KERNEL MANAGER NONE, true},	{CONNECTED KERNEL OTHER NONE, false},
	{CONNECTED NONE, false},	{"", false},
	{"garbage\n", false},
};

START_TEST(who_took_the_default_route)
{
	ck_assert_int_eq(ra_route_is_managed(rows[_i].text, "enp1s0"), rows[_i].managed);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("ra_route");

	unit_add_table(tcase, who_took_the_default_route, rows);
	return unit_finish();
}
