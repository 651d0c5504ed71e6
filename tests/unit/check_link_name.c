/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <string.h>

#include "base/link_name.h"

static const struct {
	const char *text;
	bool good;
} names[] = {
	{"enp1s0", true},
	{"e", true},
	{"eth0.7", true},
	{"wg-relay", true},
	{"br_lan", true},
	{"0", true},
	{"_", true},
	{"fifteen-letters", true},
	{"alle", true},
	{"", false},
	{"sixteen--letters", false},
	{"all", false},
	{"default", false},
	{".", false},
	{"..", false},
	{".eth0", false},
	{"-eth0", false},
	{"a/b", false},
	{"a b", false},
	{"a\tb", false},
	{"a\nb", false},
	{"a:1", false},
	{"wg%i", false},
	{"a@b", false},
	{"a;b", false},
	{"$IFS", false},
	{"k\xc3\xbc"
	 "che",
	 false},
};

START_TEST(a_name_is_safe_in_every_file)
{
	struct link_name name = {"untouched"};

	ck_assert_msg(link_name_parse(&name, names[_i].text) == names[_i].good, "'%s'",
		      names[_i].text);
	ck_assert_str_eq(name.s, names[_i].good ? names[_i].text : "untouched");
}
END_TEST

static const struct {
	const char *text, *expected; /* NULL: refused */
} macs[] = {
	{"56:00:05:00:53:01", "56:00:05:00:53:01"},
	{"56:0:5:0:53:1", "56:00:05:00:53:01"},
	{"AB:cd:Ef:00:11:22", "ab:cd:ef:00:11:22"},
	{"ff:ff:ff:ff:ff:ff", "ff:ff:ff:ff:ff:ff"},
	{"", NULL},
	{"56", NULL},
	{"56:00:05:00:53", NULL},
	{"56:00:05:00:53:", NULL},
	{"56:00:05:00:53:01:", NULL},
	{"56:00:05:00:53:01:02", NULL},
	{"5:0:5:0:53:1:2", NULL},
	{"5:0:5:0:5:1:", NULL},
	{"56:00:05:00:53:011", NULL},
	{"6:00:05:00:53:011", NULL},
	{"560:0:05:00:53:01", NULL},
	{"56::05:00:53:01", NULL},
	{":56:00:05:00:53", NULL},
	{"56-00-05-00-53-01", NULL},
	{"5600.0500.5301", NULL},
	{"560005005301", NULL},
	{"56:00:05:00:53:0g", NULL},
	{" 6:00:05:00:53:01", NULL},
	{"6:00:05:00:53:01 ", NULL},
	{"6:00:05:00:53:01\n", NULL},
};

START_TEST(an_ethernet_address_is_six_bytes)
{
	struct mac mac;

	ck_assert_msg(mac_parse(&mac, macs[_i].text) == (macs[_i].expected != NULL), "'%s'",
		      macs[_i].text);
	if (macs[_i].expected)
		ck_assert_str_eq(mac_text(&mac).s, macs[_i].expected);
}
END_TEST

START_TEST(every_byte_of_an_address_counts)
{
	struct mac a = {{1, 2, 3, 4, 5, 6}};

	for (size_t i = 0; i < sizeof(a.bytes); i++) {
		struct mac b = a;

		ck_assert(mac_equal(&a, &b));
		b.bytes[i] ^= 0x80;
		ck_assert(!mac_equal(&a, &b));
	}
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("link_name");

	unit_add_table(tcase, a_name_is_safe_in_every_file, names);
	unit_add_table(tcase, an_ethernet_address_is_six_bytes, macs);
	tcase_add_test(tcase, every_byte_of_an_address_counts);
	return unit_finish();
}
