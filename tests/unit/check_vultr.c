/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "metadata/instance.h"
#include "metadata/vultr.h"

/* Every field of an instance, so that one comparison is about all of them. */
static void describe(const struct instance *i, struct buf *out)
{
	buf_addf(out, "id=%s region=%s mac=%s ipv4=%s original=%s%s", i->id, i->region,
		 mac_text(&i->mac).s, i->has_ipv4 ? ip4_text(i->ipv4).s : "-",
		 i->has_original ? prefix_text(&i->original).s : "-",
		 i->ipv6_disabled ? " disabled" : "");
	for (size_t n = 0; n < i->reserved_count; n++)
		buf_addf(out, " reserved=%s", prefix_text(&i->reserved[n]).s);
	for (size_t n = 0; n < i->unusable_count; n++)
		buf_addf(out, " unusable=%s", prefix_text(&i->unusable[n]).s);
}

/* JSON with ' for ", as the tables below have it. */
static void add_json(const char *text, struct buf *out)
{
	for (; *text; text++)
		buf_add(out, *text == '\'' ? "\"" : text, 1);
}

static void assert_instance(const char *json, size_t len, const char *expected)
{
	CLEANUP(buf_clear) struct buf got = BUF_INIT;
	struct error err = ERROR_INIT;
	struct instance instance;
	int r = vultr_parse(&instance, json, len, &err);

	ck_assert_msg(r == 0, "%s", err.text);
	describe(&instance, &got);
	ck_assert_str_eq(buf_str(&got), expected);
}

static const struct {
	const char *file, *expected;
} documents[] = {
	{"plain-no-reserved", "id=29bea708-2e6e-480a-90ad-0e6b5d5ad62f region=EWR "
			      "mac=56:00:03:15:c4:65 ipv4=108.61.89.242 "
			      "original=2001:19f0:5:56c2::/64"},
	{"reserved-and-private", "id=29bea708-2e6e-480a-90ad-0e6b5d5ad62f region=EWR "
				 "mac=56:00:03:1b:4e:ca ipv4=45.76.7.171 "
				 "original=2001:19f0:5:28a7::/64 reserved=2002:19f0:5:28a7::/64"},
	{"cloud-interfaces", "id=29bea708-2e6e-480a-90ad-0e6b5d5ad62f region=EWR "
			     "mac=56:00:03:1b:4e:ca ipv4=- original=- "
			     "reserved=2002:19f0:5:28a7::/64"},
	{"ipv6-disabled", "id=0b8f5c3e-1d2a-4c6e-9f7b-2a4d6e8c0f13 region=AMS "
			  "mac=00:00:5e:00:53:01 ipv4=203.0.113.42 original=- disabled"},
	{"reserved-2026-shape", "id=0b8f5c3e-1d2a-4c6e-9f7b-2a4d6e8c0f13 region=AMS "
				"mac=56:00:05:00:53:01 ipv4=203.0.113.42 "
				"original=2001:db8:0:1::/64 reserved=2001:db8:0:2::/64"},
};

static void read_document(size_t i, struct buf *out)
{
	CLEANUP(buf_clear) struct buf name = BUF_INIT;

	buf_addf(&name, "data/vultr/%s.json", documents[i].file);
	unit_read(buf_str(&name), out);
}

START_TEST(every_document_parses_to_its_instance)
{
	CLEANUP(buf_clear) struct buf json = BUF_INIT;

	read_document((size_t)_i, &json);
	assert_instance(json.data, json.len, documents[_i].expected);
}
END_TEST

START_TEST(a_printed_instance_reads_back)
{
	CLEANUP(buf_clear) struct buf json = BUF_INIT, printed = BUF_INIT;
	struct instance instance;

	read_document((size_t)_i, &json);
	ck_assert_int_eq(vultr_parse(&instance, json.data, json.len, NULL), 0);
	ck_assert_int_eq(vultr_print(&instance, &printed), 0);
	assert_instance(printed.data, printed.len, documents[_i].expected);
}
END_TEST

START_TEST(nothing_else_of_the_document_is_printed)
{
	CLEANUP(buf_clear) struct buf json = BUF_INIT, printed = BUF_INIT;
	struct instance instance;

	read_document(1, &json);
	ck_assert_ptr_nonnull(strstr(json.data, "$6$"));
	ck_assert_int_eq(vultr_parse(&instance, json.data, json.len, NULL), 0);
	ck_assert_int_eq(vultr_print(&instance, &printed), 0);
	ck_assert_ptr_null(strstr(printed.data, "$6$"));
	ck_assert_ptr_null(strstr(printed.data, "ssh-rsa"));
	ck_assert_ptr_null(strstr(printed.data, "CLOUDINIT"));
}
END_TEST

#define MAC "'mac': '56:00:05:00:53:01'"
#define PUBLIC(rest) "{'interfaces': [{'network-type': 'public', " MAC rest "}]}"
#define IPV4(rest) PUBLIC(", 'ipv4': {" rest "}")
#define IPV6(rest) PUBLIC(", 'ipv6': {" rest "}")
#define ORIGINAL "'network': '2001:db8:0:1::', 'prefix': '64'"
#define ADDITIONAL(list) IPV6(ORIGINAL ", 'additional': [" list "]")
#define RESERVED "{'network': '2001:db8:0:2::', 'prefix': '64'}"
#define CLOUD(config) "{'interfaces': [], 'cloud_interfaces': {'config': [" config "]}}"
#define PHYSICAL "'type': 'physical', 'mac_address': '56:00:05:00:53:01'"
#define SUBNETS(list) CLOUD("{" PHYSICAL ", 'subnets': [{'type': 'dhcp'}, " list "]}")
#define STATIC6(address) SUBNETS("{'type': 'static6', 'address': " address "}")
/* What the macros above come to. */
#define BARE "id= region= mac=56:00:05:00:53:01 ipv4=- original=-"
#define WITH_ORIGINAL "id= region= mac=56:00:05:00:53:01 ipv4=- original=2001:db8:0:1::/64"

static const struct {
	const char *json, *field;
} broken[] = {
	/* not a document */
	{"", "not valid JSON"},
	{" ", "not valid JSON"},
	{"{", "not valid JSON"},
	{"{'interfaces': [", "not valid JSON"},
	{"{'interfaces': [}", "not valid JSON"},
	{"<html><body>503</body></html>", "not valid JSON"},
	{PUBLIC("") " and more", "not valid JSON"},
	{PUBLIC("") PUBLIC(""), "not valid JSON"},
	{"[]", "not a JSON object"},
	{"'text'", "not a JSON object"},
	{"null", "not a JSON object"},
	{"7", "not a JSON object"},
	/* a name twice */
	{"{'a': {'b': [0, {'c': 1, 'd': 2, 'c': 1}]}, 'interfaces': []}", "a.b[1].c: given twice"},
	{"{'interfaces': null, 'interfaces': []}", "interfaces: given twice"},
	{IPV6(ORIGINAL ", 'network': ''"), "interfaces[0].ipv6.network: given twice"},
	{"{'\\n': 1, '\\n': 1}", "?: given twice"},
	/* interfaces */
	{"{}", "interfaces: "},
	{"{'interfaces': []}", "interfaces: "},
	{"{'interfaces': null}", "interfaces: "},
	{"{'interfaces': {}}", "interfaces: an array"},
	{"{'interfaces': 'none'}", "interfaces: an array"},
	{"{'interfaces': [7]}", "interfaces[0]: an object"},
	{"{'interfaces': ['public']}", "interfaces[0]: an object"},
	{"{'interfaces': [[]]}", "interfaces[0]: an object"},
	{"{'interfaces': [{}]}", "interfaces: none has network-type 'public'"},
	{"{'interfaces': [{'network-type': 'private', " MAC "}]}", "interfaces: none has"},
	{"{'interfaces': [{'network-type': 'Public', " MAC "}]}", "interfaces: none has"},
	{"{'interfaces': [{'network-type': 1, " MAC "}]}", "interfaces[0].network-type"},
	{"{'interfaces': [{'network-type': ['public']}]}", "interfaces[0].network-type"},
	{"{'interfaces': [{'network-type': 'private'}, 3]}", "interfaces[1]: an object"},
	/* mac */
	{"{'interfaces': [{'network-type': 'public'}]}", "interfaces[0].mac"},
	{"{'interfaces': [{'network-type': 'public', 'mac': null}]}", "interfaces[0].mac"},
	{"{'interfaces': [{'network-type': 'public', 'mac': ''}]}", "interfaces[0].mac"},
	{"{'interfaces': [{'network-type': 'public', 'mac': 5600}]}", "interfaces[0].mac"},
	{"{'interfaces': [{'network-type': 'public', 'mac': '56:00:05:00:53'}]}",
	 "interfaces[0].mac"},
	{"{'interfaces': [{'network-type': 'public', 'mac': '56:00:05:00:53:01:02'}]}",
	 "interfaces[0].mac"},
	{"{'interfaces': [{'network-type': 'public', 'mac': '56:00:05:00:53:zz'}]}",
	 "interfaces[0].mac"},
	{"{'interfaces': [{'network-type': 'private'}, {'network-type': 'public'}]}",
	 "interfaces[1].mac"},
	{"{'interfaces': [{'network-type': 'public', 'mac': '00:00:00:00:00:00'}]}",
	 "interfaces[0].mac"},
	{"{'interfaces': [{'network-type': 'public', 'mac': '33:33:00:00:00:01'}]}",
	 "interfaces[0].mac"},
	/* a NUL, which ends no value */
	{"{'interfaces': [{'network-type': 'public', 'mac': '56:00:05:00:53:01\\u0000x'}]}",
	 "interfaces[0].mac"},
	{"{'interfaces': [{'network-type': 'public\\u0000x', " MAC "}]}", "interfaces: none has"},
	{"{'interfaces': [{'network-type': 'public', 'mac\\u0000': '56:00:05:00:53:01'}]}",
	 "interfaces[0].mac"},
	{IPV6("'network': '2001:db8:0:1::', 'prefix': '64\\u0000'"), "interfaces[0].ipv6.prefix"},
	/* ipv4 */
	{PUBLIC(", 'ipv4': 'none'"), "interfaces[0].ipv4: an object"},
	{PUBLIC(", 'ipv4': []"), "interfaces[0].ipv4: an object"},
	{IPV4("'address': 7"), "interfaces[0].ipv4.address"},
	{IPV4("'address': ['203.0.113.42']"), "interfaces[0].ipv4.address"},
	{IPV4("'address': '203.0.113'"), "interfaces[0].ipv4.address"},
	{IPV4("'address': '203.0.113.42/24'"), "interfaces[0].ipv4.address"},
	{IPV4("'address': '203.0.113.256'"), "interfaces[0].ipv4.address"},
	{IPV4("'address': ' 203.0.113.42'"), "interfaces[0].ipv4.address"},
	{IPV4("'address': '2001:db8::1'"), "interfaces[0].ipv4.address"},
	{IPV4("'address': '0.0.0.0'"), "interfaces[0].ipv4.address"},
	{IPV4("'address': '127.0.0.1'"), "interfaces[0].ipv4.address"},
	{IPV4("'address': '224.0.0.1'"), "interfaces[0].ipv4.address"},
	{IPV4("'address': '255.255.255.255'"), "interfaces[0].ipv4.address"},
	/* ipv6 */
	{PUBLIC(", 'ipv6': 'off'"), "interfaces[0].ipv6: an object"},
	{PUBLIC(", 'ipv6': []"), "interfaces[0].ipv6: an object"},
	{PUBLIC(", 'ipv6': false"), "interfaces[0].ipv6: an object"},
	{IPV6("'network': 6"), "interfaces[0].ipv6.network"},
	{IPV6("'network': {}"), "interfaces[0].ipv6.network"},
	{IPV6("'network': 'none', 'prefix': '64'"), "interfaces[0].ipv6.network"},
	{IPV6("'network': '2001:db8:0:1::/64', 'prefix': '64'"), "interfaces[0].ipv6.network"},
	{IPV6("'network': '2001:db8::1::', 'prefix': '64'"), "interfaces[0].ipv6.network"},
	{IPV6("'network': '203.0.113.0', 'prefix': '24'"), "interfaces[0].ipv6.network"},
	{IPV6("'network': '::', 'prefix': '64'"), "interfaces[0].ipv6.network"},
	{IPV6("'network': 'fe80::', 'prefix': '64'"), "interfaces[0].ipv6.network"},
	{IPV6("'network': 'fd00::', 'prefix': '64'"), "interfaces[0].ipv6.network"},
	{IPV6("'network': 'ff02::', 'prefix': '64'"), "interfaces[0].ipv6.network"},
	{IPV6("'network': '2001:db8::', 'prefix': 2"), "interfaces[0].ipv6.network"},
	{IPV6("'network': '2001:db8:0:1::'"), "interfaces[0].ipv6.prefix"},
	{IPV6("'network': '2001:db8:0:1::', 'prefix': ''"), "interfaces[0].ipv6.prefix"},
	{IPV6("'network': '2001:db8:0:1::', 'prefix': null"), "interfaces[0].ipv6.prefix"},
	{IPV6("'network': '2001:db8:0:1::', 'prefix': '/64'"), "interfaces[0].ipv6.prefix"},
	{IPV6("'network': '2001:db8:0:1::', 'prefix': '64x'"), "interfaces[0].ipv6.prefix"},
	{IPV6("'network': '2001:db8:0:1::', 'prefix': '-64'"), "interfaces[0].ipv6.prefix"},
	{IPV6("'network': '2001:db8:0:1::', 'prefix': '129'"), "interfaces[0].ipv6.prefix"},
	{IPV6("'network': '2001:db8:0:1::', 'prefix': '0'"), "interfaces[0].ipv6.prefix"},
	{IPV6("'network': '2001:db8:0:1::', 'prefix': 129"), "interfaces[0].ipv6.prefix"},
	{IPV6("'network': '2001:db8:0:1::', 'prefix': -64"), "interfaces[0].ipv6.prefix"},
	{IPV6("'network': '2001:db8:0:1::', 'prefix': 64.5"), "interfaces[0].ipv6.prefix"},
	{IPV6("'network': '2001:db8:0:1::', 'prefix': 1e300"), "interfaces[0].ipv6.prefix"},
	{IPV6("'network': '2001:db8:0:1::', 'prefix': true"), "interfaces[0].ipv6.prefix"},
	{IPV6("'network': '2001:db8:0:1::', 'prefix': [64]"), "interfaces[0].ipv6.prefix"},
	/* reserved prefixes */
	{IPV6(ORIGINAL ", 'additional': {}"), "interfaces[0].ipv6.additional: an array"},
	{IPV6(ORIGINAL ", 'additional': ''"), "interfaces[0].ipv6.additional: an array"},
	{ADDITIONAL("7"), "interfaces[0].ipv6.additional[0]: an object"},
	{ADDITIONAL("'2001:db8:0:2::/64'"), "interfaces[0].ipv6.additional[0]: an object"},
	{ADDITIONAL("{}"), "interfaces[0].ipv6.additional[0]"},
	{ADDITIONAL("{'address': '2001:db8:0:2::', 'prefix': '64'}"),
	 "interfaces[0].ipv6.additional[0].network"},
	{ADDITIONAL("{'network': 7, 'prefix': '64'}"), "interfaces[0].ipv6.additional[0].network"},
	{ADDITIONAL("{'network': '', 'prefix': '64'}"), "interfaces[0].ipv6.additional[0].network"},
	{ADDITIONAL("{'network': '2001:db8:0:2::'}"), "interfaces[0].ipv6.additional[0].prefix"},
	{ADDITIONAL("{'network': '2001:db8:0:2::', 'prefix': 'x'}"),
	 "interfaces[0].ipv6.additional[0].prefix"},
	{ADDITIONAL(RESERVED ", {'network': 'fd00::', 'prefix': '64'}"),
	 "interfaces[0].ipv6.additional[1].network"},
	{ADDITIONAL(RESERVED ", " RESERVED ", null"), "interfaces[0].ipv6.additional[2]"},
	/* cloud-init's network document */
	{"{'cloud_interfaces': {}}", "cloud_interfaces.config"},
	{"{'cloud_interfaces': 'x'}", "cloud_interfaces"},
	{"{'cloud_interfaces': {'config': {}}}", "cloud_interfaces.config: an array"},
	{CLOUD(""), "cloud_interfaces.config: none"},
	{CLOUD("{" PHYSICAL "}"), "cloud_interfaces.config: none"},
	{CLOUD("{" PHYSICAL ", 'subnets': [{'type': 'static'}]}"), "cloud_interfaces.config: none"},
	{CLOUD("{'type': 7}"), "cloud_interfaces.config[0].type"},
	{CLOUD("{" PHYSICAL ", 'subnets': 'dhcp'}"), "cloud_interfaces.config[0].subnets"},
	{CLOUD("{'type': 'physical', 'subnets': [{'type': 'dhcp'}]}"),
	 "cloud_interfaces.config[0].mac_address"},
	{CLOUD("{'type': 'nameserver'}, {'type': 'physical', 'mac_address': 'x', "
	       "'subnets': [{'type': 'dhcp'}]}"),
	 "cloud_interfaces.config[1].mac_address"},
	{SUBNETS("7"), "cloud_interfaces.config[0].subnets[1]: an object"},
	{SUBNETS("{'type': 6}"), "cloud_interfaces.config[0].subnets[1].type"},
	{STATIC6("6"), "cloud_interfaces.config[0].subnets[1].address"},
	{STATIC6("''"), "cloud_interfaces.config[0].subnets[1].address"},
	{STATIC6("'fd00::/64'"), "cloud_interfaces.config[0].subnets[1].address"},
	{STATIC6("'2001:db8:0:2::/'"), "cloud_interfaces.config[0].subnets[1].address"},
	{STATIC6("'2001:db8:0:2::/0'"), "cloud_interfaces.config[0].subnets[1].address"},
	{STATIC6("'2001:db8:0:2::/129'"), "cloud_interfaces.config[0].subnets[1].address"},
	{STATIC6("'2001:db8:0:2::/64x'"), "cloud_interfaces.config[0].subnets[1].address"},
	{STATIC6("'2001:db8:0:2::/-1'"), "cloud_interfaces.config[0].subnets[1].address"},
	{STATIC6("'2001:db8:0:2::/ 64'"), "cloud_interfaces.config[0].subnets[1].address"},
};

START_TEST(a_broken_document_is_refused_by_its_field)
{
	CLEANUP(buf_clear) struct buf json = BUF_INIT;
	struct error err = ERROR_INIT;
	struct instance instance;

	memset(&instance, 0x55, sizeof(instance));
	add_json(broken[_i].json, &json);
	ck_assert_msg(vultr_parse(&instance, buf_str(&json), json.len, &err) == -EINVAL, "%s",
		      buf_str(&json));
	ck_assert_int_eq(err.code, -EINVAL);
	ck_assert_msg(strstr(err.text, broken[_i].field), "%s\n%s\nwithout '%s'", buf_str(&json),
		      err.text, broken[_i].field);
	for (size_t i = 0; i < sizeof(instance); i++)
		ck_assert_msg(((unsigned char *)&instance)[i] == 0x55, "the instance was touched");
}
END_TEST

static const struct {
	const char *json, *expected;
} tolerated[] = {
	/* without IPv6, in each of its ways */
	{PUBLIC(""), BARE " disabled"},
	{PUBLIC(", 'ipv6': null"), BARE " disabled"},
	{IPV6("'network': '', 'prefix': '', 'address': ''"), BARE " disabled"},
	{IPV6("'network': '', 'prefix': '', 'additional': null"), BARE " disabled"},
	/* a document that says nothing of it: the interface may know */
	{IPV6(""), BARE},
	{IPV6("'network': null"), BARE},
	/* lengths */
	{IPV6(ORIGINAL), WITH_ORIGINAL},
	{IPV6("'network': '2001:db8:0:1::', 'prefix': 64"), WITH_ORIGINAL},
	{IPV6("'network': '2001:db8:0:1::', 'prefix': 64.0"), WITH_ORIGINAL},
	{IPV6("'network': '2001:db8:0:1::', 'prefix': '064'"), WITH_ORIGINAL},
	/* addresses as they may be written */
	{IPV6("'network': '2001:0DB8:0000:0001:0000:0000:0000:0000', 'prefix': '64'"),
	 WITH_ORIGINAL},
	{IPV6("'network': '2001:db8:0:1:5400:05ff:fe00:5301', 'prefix': '64'"), WITH_ORIGINAL},
	{"{'interfaces': [{'network-type': 'public', 'mac': '56:0:5:0:53:1'}]}", BARE " disabled"},
	{"{'interfaces': [{'network-type': 'public', 'mac': '5A:00:03:1B:4E:CA'}]}",
	 "id= region= mac=5a:00:03:1b:4e:ca ipv4=- original=- disabled"},
	/* IPv4 */
	{IPV4("'address': '198.51.100.7'"),
	 "id= region= mac=56:00:05:00:53:01 ipv4=198.51.100.7 original=- disabled"},
	{IPV4("'address': ''"), BARE " disabled"},
	{IPV4("'address': null"), BARE " disabled"},
	{PUBLIC(", 'ipv4': null"), BARE " disabled"},
	/* behind a one-to-one NAT, or in a lab */
	{IPV4("'address': '10.0.0.2'"),
	 "id= region= mac=56:00:05:00:53:01 ipv4=10.0.0.2 original=- disabled"},
	/* the public interface is not the first */
	{"{'interfaces': [{'network-type': 'private', 'mac': '5a:00:03:1b:4e:ca', 'ipv4': 7}, "
	 "{'network-type': 'public', " MAC ", 'ipv6': {" ORIGINAL "}}]}",
	 WITH_ORIGINAL},
	{"{'interfaces': [{'mac': '5a:00:03:1b:4e:ca'}, {'network-type': 'public', " MAC "}]}",
	 BARE " disabled"},
	/* reserved prefixes, usable and not, in their order */
	{ADDITIONAL(""), WITH_ORIGINAL},
	{ADDITIONAL(RESERVED), WITH_ORIGINAL " reserved=2001:db8:0:2::/64"},
	{ADDITIONAL(RESERVED ", " RESERVED), WITH_ORIGINAL " reserved=2001:db8:0:2::/64"},
	{ADDITIONAL("{'network': '2001:db8:0:3::', 'prefix': 64}, " RESERVED),
	 WITH_ORIGINAL " reserved=2001:db8:0:3::/64 reserved=2001:db8:0:2::/64"},
	{ADDITIONAL("{'network': '2001:db8:0:1::', 'prefix': '64'}, " RESERVED),
	 WITH_ORIGINAL " reserved=2001:db8:0:2::/64 unusable=2001:db8:0:1::/64"},
	{ADDITIONAL("{'network': '2001:db8:1::', 'prefix': '48'}, " RESERVED
		    ", {'network': '2001:db8:0:2::1', 'prefix': '128'}"),
	 WITH_ORIGINAL " reserved=2001:db8:0:2::/64 unusable=2001:db8:1::/48 "
		       "unusable=2001:db8:0:2::1/128"},
	{IPV6("'network': '', 'prefix': '', 'additional': [" RESERVED "]"),
	 BARE " disabled reserved=2001:db8:0:2::/64"},
	/* what cloud-init's credentials add */
	{PUBLIC(", 'x': 1") "\n", BARE " disabled"},
	{"{'user-data': [], 'interfaces': [{'network-type': 'public', " MAC "}]}",
	 BARE " disabled"},
	{"{'user-data': '#cloud-config', 'vendor-data': 'x', 'interfaces': "
	 "[{'network-type': 'public', " MAC "}]}",
	 BARE " disabled"},
	{"{'user-data': 'a\\u0000b', 'interfaces': [{'network-type': 'public', " MAC "}]}",
	 BARE " disabled"},
	{"{'public-keys': 'ssh-ed25519 AAAA\\nssh-rsa AAAA', 'interfaces': "
	 "[{'network-type': 'public', " MAC "}]}",
	 BARE " disabled"},
	/* identifiers: the newer one first, and nothing that a terminal would obey */
	{"{'instance-v2-id': 'a-1', 'instanceid': '2', 'interfaces': [{'network-type': 'public', " MAC
	 "}]}",
	 "id=a-1 region= mac=56:00:05:00:53:01 ipv4=- original=- disabled"},
	{"{'instanceid': '42872224', 'interfaces': [{'network-type': 'public', " MAC "}]}",
	 "id=42872224 region= mac=56:00:05:00:53:01 ipv4=- original=- disabled"},
	{"{'instanceid': 42872224, 'interfaces': [{'network-type': 'public', " MAC "}]}",
	 BARE " disabled"},
	{"{'instanceid': 'a\\u001b[2J', 'region': {'regioncode': 'A B'}, 'interfaces': "
	 "[{'network-type': 'public', " MAC "}]}",
	 BARE " disabled"},
	{"{'region': {'regioncode': 'AMS'}, 'interfaces': [{'network-type': 'public', " MAC "}]}",
	 "id= region=AMS mac=56:00:05:00:53:01 ipv4=- original=- disabled"},
	{"{'region': 'AMS', 'interfaces': [{'network-type': 'public', " MAC "}]}",
	 BARE " disabled"},
	/* cloud-init's network document */
	{SUBNETS("{'type': 'ipv6_slaac'}"), BARE},
	{STATIC6("'2001:db8:0:2::/64'"), BARE " reserved=2001:db8:0:2::/64"},
	{STATIC6("'2001:db8:0:2::'"), BARE " reserved=2001:db8:0:2::/64"},
	{STATIC6("'2001:db8::/48'"), BARE " unusable=2001:db8::/48"},
	{CLOUD("{" PHYSICAL ", 'subnets': [{'type': 'dhcp4'}]}"), BARE},
	{"{'cloud_interfaces': {'config': [{" PHYSICAL ", 'subnets': [{'type': 'dhcp'}]}]}}", BARE},
	{CLOUD("{'type': 'physical', 'mac_address': '5a:00:03:1b:4e:ca', 'subnets': "
	       "[{'type': 'static'}]}, {" PHYSICAL ", 'subnets': [{'type': 'ipv6_slaac'}]}"),
	 BARE},
};

START_TEST(what_is_odd_but_clear_is_taken)
{
	CLEANUP(buf_clear) struct buf json = BUF_INIT, printed = BUF_INIT;
	struct instance instance;

	add_json(tolerated[_i].json, &json);
	assert_instance(buf_str(&json), json.len, tolerated[_i].expected);
	ck_assert_int_eq(vultr_parse(&instance, buf_str(&json), json.len, NULL), 0);
	ck_assert_int_eq(vultr_print(&instance, &printed), 0);
	assert_instance(printed.data, printed.len, tolerated[_i].expected);
}
END_TEST

START_TEST(what_a_terminal_would_obey_is_not_in_the_error)
{
	CLEANUP(buf_clear) struct buf json = BUF_INIT;
	struct error err = ERROR_INIT;
	struct instance instance;

	add_json(IPV4("'address': '\\u001b]0;owned\\u0007\\n\\u00e9'"), &json);
	ck_assert_int_eq(vultr_parse(&instance, buf_str(&json), json.len, &err), -EINVAL);
	for (const char *c = err.text; *c; c++)
		ck_assert_msg(*c >= ' ' && *c <= '~', "%s", err.text);
}
END_TEST

static const struct {
	const char *between; /* commas that are none are not counted */
	size_t count;
	int code;
} many[] = {
	{"0,", 90000, 0},
	{"0,", 110000, -EINVAL},
	{"[],", 60000, -EINVAL},
	{"{},", 60000, -EINVAL},
	{"',,[{\\',{[[[[[[,,',", 90000, 0},
};

START_TEST(a_document_has_not_too_many_values)
{
	CLEANUP(buf_clear) struct buf json = BUF_INIT;
	struct error err = ERROR_INIT;
	struct instance instance;

	add_json("{'user-data': [", &json);
	for (size_t i = 0; i < many[_i].count; i++)
		add_json(many[_i].between, &json);
	add_json("0], 'interfaces': [{'network-type': 'public', " MAC "}]}", &json);
	ck_assert_msg(vultr_parse(&instance, json.data, json.len, &err) == many[_i].code, "%s",
		      err.text);
	if (many[_i].code)
		ck_assert_str_eq(err.text, "metadata: more than 100000 values");
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
	const char text[] = "{\"x\": \"\0\", \"interfaces\": [{\"network-type\": \"public\", "
			    "\"mac\": \"56:00:05:00:53:01\"}]}";
	struct error err = ERROR_INIT;
	struct instance instance;

	ck_assert_int_eq(vultr_parse(&instance, text, sizeof(text) - 1, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "not valid JSON near byte 7 "));
}
END_TEST

/* As many reserved prefixes as there is room for, and one more. */
/* As many as there may be, whichever of them come first. */
START_TEST(many_prefixes_read_back)
{
	CLEANUP(buf_clear) struct buf json = BUF_INIT, expected = BUF_INIT, printed = BUF_INIT;
	struct error err = ERROR_INIT;
	struct instance instance;

	add_json("{'interfaces': [{'network-type': 'public', " MAC ", 'ipv6': {'additional': [",
		 &json);
	add_json("{'network': '2001:db8:2::', 'prefix': 48}", &json);
	for (int i = 0; i < INSTANCE_RESERVED_MAX; i++) {
		add_json(", {'network': '", &json);
		buf_addf(&json, "2001:db8:1:%x::", (unsigned)i);
		add_json("', 'prefix': 64}", &json);
	}
	add_json("]}}]}", &json);
	ck_assert_msg(vultr_parse(&instance, json.data, json.len, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(instance.reserved_count, INSTANCE_RESERVED_MAX);
	describe(&instance, &expected);
	ck_assert_int_eq(vultr_print(&instance, &printed), 0);
	assert_instance(printed.data, printed.len, buf_str(&expected));
}
END_TEST

START_TEST(too_many_prefixes_are_refused)
{
	for (int count = INSTANCE_RESERVED_MAX; count <= INSTANCE_RESERVED_MAX + 1; count++) {
		CLEANUP(buf_clear) struct buf list = BUF_INIT, json = BUF_INIT;
		struct error err = ERROR_INIT;
		struct instance instance;
		int r;

		for (int i = 0; i < count; i++)
			buf_addf(&list, "%s{'network': '2001:db8:1:%x::', 'prefix': 64}",
				 i ? ", " : "", (unsigned)i);
		add_json("{'interfaces': [{'network-type': 'public', " MAC
			 ", 'ipv6': {'network': '', 'additional': [",
			 &json);
		add_json(buf_str(&list), &json);
		add_json("]}}]}", &json);
		r = vultr_parse(&instance, json.data, json.len, &err);
		ck_assert_int_eq(r, count > INSTANCE_RESERVED_MAX ? -EINVAL : 0);
		if (r == 0)
			ck_assert_uint_eq(instance.reserved_count, INSTANCE_RESERVED_MAX);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("vultr");

	unit_add_table(tcase, every_document_parses_to_its_instance, documents);
	unit_add_table(tcase, a_printed_instance_reads_back, documents);
	unit_add_table(tcase, a_broken_document_is_refused_by_its_field, broken);
	unit_add_table(tcase, what_is_odd_but_clear_is_taken, tolerated);
	unit_add_table(tcase, a_document_has_not_too_many_values, many);
	tcase_add_test(tcase, a_nul_byte_is_refused);
	tcase_add_test(tcase, nothing_else_of_the_document_is_printed);
	tcase_add_test(tcase, what_a_terminal_would_obey_is_not_in_the_error);
	tcase_add_test(tcase, many_prefixes_read_back);
	tcase_add_test(tcase, too_many_prefixes_are_refused);
	return unit_finish();
}
