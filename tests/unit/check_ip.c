/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/ip.h"

static struct in6_addr addr6(const char *text)
{
	struct in6_addr addr;

	ck_assert_msg(inet_pton(AF_INET6, text, &addr) == 1, "%s", text);
	return addr;
}

static struct prefix prefix(const char *text)
{
	struct prefix parsed;

	ck_assert_msg(prefix_parse(&parsed, text), "%s", text);
	return parsed;
}

static const struct {
	const char *text, *expected; /* NULL: refused */
} parsed[] = {
	{"2001:db8::/64", "2001:db8::/64"},
	{"2001:0DB8:0000:0001:0000:0000:0000:0000/64", "2001:db8:0:1::/64"},
	{"2001:db8:1:2:8000::/65", "2001:db8:1:2:8000::/65"},
	{"2001:db8::8/125", "2001:db8::8/125"},
	{"2001:db8::1/128", "2001:db8::1/128"},
	{"::/0", "::/0"},
	{"8000::/1", "8000::/1"},
	{"fd99:9999:9999::/64", "fd99:9999:9999::/64"},
	{"2001:db8::1/64", NULL}, /* bits below the length */
	{"2001:db8:1:2:8000::/64", NULL},
	{"2001:db8::1/127", NULL},
	{"8000::/0", NULL},
	{"2001:db8::", NULL},
	{"2001:db8::/", NULL},
	{"2001:db8::/129", NULL},
	{"2001:db8::/-1", NULL},
	{"2001:db8::/+64", NULL},
	{"2001:db8::/ 64", NULL},
	{"2001:db8::/64 ", NULL},
	{" 2001:db8::/64", NULL},
	{"2001:db8::/6a", NULL},
	{"2001:db8::/64/64", NULL},
	{"2001:db8::/4294967360", NULL},
	{"2001:db8::/99999999999999999999", NULL},
	{"192.0.2.0/24", NULL},
	{"fe80::%lo/64", NULL},
	{"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/64", NULL},
	{"/64", NULL},
	{"", NULL},
};

START_TEST(prefix_parse_takes_prefixes_alone)
{
	const char *text = parsed[_i].text, *expected = parsed[_i].expected;
	struct prefix got;

	memset(&got, 0x55, sizeof(got));
	ck_assert_msg(prefix_parse(&got, text) == (expected != NULL), "'%s'", text);
	if (expected)
		ck_assert_str_eq(prefix_text(&got).s, expected);
	else
		ck_assert_msg(got.len == 0x55 && got.addr.s6_addr[0] == 0x55,
			      "'%s' was written to the result", text);
}
END_TEST

static const struct {
	const char *addr;
	uint8_t len;
	const char *expected;
} cut[] = {
	{"2001:db8:1:2:3:4:5:6", 128, "2001:db8:1:2:3:4:5:6/128"},
	{"2001:db8:1:2:3:4:5:7", 127, "2001:db8:1:2:3:4:5:6/127"},
	{"2001:db8:1:2:3:4:5:6", 64, "2001:db8:1:2::/64"},
	{"2001:db8:1:2:ffff::", 65, "2001:db8:1:2:8000::/65"},
	{"2001:db8:1:ffff::", 63, "2001:db8:1:fffe::/63"},
	{"2001:db8:ffff::", 33, "2001:db8:8000::/33"},
	{"ffff::", 1, "8000::/1"},
	{"ffff::", 0, "::/0"},
};

START_TEST(prefix_of_clears_the_bits_below)
{
	struct in6_addr addr = addr6(cut[_i].addr);
	struct prefix got = prefix_of(&addr, cut[_i].len);

	ck_assert_str_eq(prefix_text(&got).s, cut[_i].expected);
}
END_TEST

static const struct {
	const char *a, *b;
	bool equal, overlap;
} pairs[] = {
	{"2001:db8::/64", "2001:db8::/64", true, true},
	{"2001:db8::/64", "2001:db8:0:1::/64", false, false},
	{"2001:db8::/64", "2001:db8::/48", false, true},
	{"2001:db8:0:ffff::/64", "2001:db8::/48", false, true},
	{"2001:db8:1::/64", "2001:db8::/48", false, false},
	{"2001:db8::/64", "2001:db8::/65", false, true},
	{"2001:db8::/64", "2001:db8:0:0:8000::/65", false, true},
	{"::/0", "2001:db8::1/128", false, true},
};

START_TEST(prefixes_compare_both_ways)
{
	struct prefix a = prefix(pairs[_i].a), b = prefix(pairs[_i].b);

	ck_assert_int_eq(prefix_equal(&a, &b), pairs[_i].equal);
	ck_assert_int_eq(prefix_equal(&b, &a), pairs[_i].equal);
	ck_assert_int_eq(prefix_overlaps(&a, &b), pairs[_i].overlap);
	ck_assert_int_eq(prefix_overlaps(&b, &a), pairs[_i].overlap);
}
END_TEST

static const struct {
	const char *prefix, *addr;
	bool inside;
} contained[] = {
	{"2001:db8::/64", "2001:db8::", true},
	{"2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff", true},
	{"2001:db8::/64", "2001:db8:0:1::", false},
	{"2001:db8::/64", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", false},
	{"2001:db8::4/126", "2001:db8::7", true},
	{"2001:db8::4/126", "2001:db8::8", false},
	{"2001:db8::1/128", "2001:db8::1", true},
	{"2001:db8::1/128", "2001:db8::2", false},
	{"::/0", "fe80::1", true},
};

START_TEST(prefix_contains_its_addresses)
{
	struct prefix p = prefix(contained[_i].prefix);
	struct in6_addr addr = addr6(contained[_i].addr);

	ck_assert_int_eq(prefix_contains(&p, &addr), contained[_i].inside);
}
END_TEST

static const struct {
	const char *addr;
	bool global, local;
} kinds[] = {
	{"2001:19f0:5:28a7::1", true, false},
	{"2001:db8::1", true, false}, /* the lab's */
	{"2002:19f0:5:28a7::1", true, false},
	{"3fff::1", true, false},
	{"2000::", true, false},
	{"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true, false},
	{"1fff::1", false, false},
	{"4000::1", false, false},
	{"::", false, false},
	{"::1", false, false},
	{"::ffff:192.0.2.1", false, false},
	{"fe80::1", false, false},
	{"ff02::1", false, false},
	{"fc00::1", false, true},
	{"fd99:9999:9999::1", false, true},
	{"fbff::1", false, false},
	{"fe00::1", false, false},
};

START_TEST(addresses_have_a_kind)
{
	struct in6_addr addr = addr6(kinds[_i].addr);

	ck_assert_int_eq(ip_is_global(&addr), kinds[_i].global);
	ck_assert_int_eq(ip_is_unique_local(&addr), kinds[_i].local);
}
END_TEST

START_TEST(prefix_host_counts_from_the_prefix)
{
	static const struct {
		uint8_t n;
		const char *expected;
	} rows[] = {{0, "fd99:9999:9999::"},
		    {1, "fd99:9999:9999::1"},
		    {65, "fd99:9999:9999::41"},
		    {255, "fd99:9999:9999::ff"}};
	struct prefix p = prefix("fd99:9999:9999::/64");

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct in6_addr host = prefix_host(&p, rows[i].n);

		ck_assert_str_eq(ip_text(&host).s, rows[i].expected);
	}
}
END_TEST

/* RFC 5952, sections 4.2 and 4.3. */
static const struct {
	const char *addr, *expected;
} texts[] = {
	{"2001:0db8:0000:0000:0000:0000:0002:0001", "2001:db8::2:1"},
	{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
	{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
	{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
	{"2001:DB8::ABCD", "2001:db8::abcd"},
	{"2001:19f0:5:56c2:5400:03ff:fe15:c465", "2001:19f0:5:56c2:5400:3ff:fe15:c465"},
	{"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
	 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	{"::", "::"},
};

START_TEST(addresses_are_written_as_rfc_5952_says)
{
	struct in6_addr addr = addr6(texts[_i].addr);

	ck_assert_str_eq(ip_text(&addr).s, texts[_i].expected);
}
END_TEST

START_TEST(the_longest_texts_fit)
{
	struct prefix p = prefix("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128");
	struct in_addr ipv4 = {.s_addr = htonl(0xffffffff)};

	ck_assert_str_eq(prefix_text(&p).s, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128");
	ck_assert_str_eq(ip4_text(ipv4).s, "255.255.255.255");
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("ip");

	unit_add_table(tcase, prefix_parse_takes_prefixes_alone, parsed);
	unit_add_table(tcase, prefix_of_clears_the_bits_below, cut);
	unit_add_table(tcase, prefixes_compare_both_ways, pairs);
	unit_add_table(tcase, prefix_contains_its_addresses, contained);
	unit_add_table(tcase, addresses_have_a_kind, kinds);
	unit_add_table(tcase, addresses_are_written_as_rfc_5952_says, texts);
	tcase_add_test(tcase, prefix_host_counts_from_the_prefix);
	tcase_add_test(tcase, the_longest_texts_fit);
	return unit_finish();
}
