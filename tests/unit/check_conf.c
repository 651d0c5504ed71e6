/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "relay/conf.h"

#define KEY "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="

static void describe_site(const struct conf_site *site, struct buf *out)
{
	static const char *const sources[] = {"reserved", "original", "explicit"};

	buf_addf(out, "[%s] %s", site->name, sources[site->source]);
	if (site->source == SITE_EXPLICIT)
		buf_addf(out, " %s", prefix_text(&site->prefix).s);
	buf_addf(out, " key=%s",
		 site->has_router_public_key ? wg_key_text(&site->router_public_key).s : "-");
	buf_addf(out, " bridge=%s %s inbound=%d ra_mtu=%d clamp=%d\n", site->lan_bridge,
		 site->router_interface, site->allow_inbound, site->ra_mtu, site->mss_clamp);
}

/* Every field of the settings, so that one comparison is about all of them. */
static void describe(const struct conf *conf, struct buf *out)
{
	static const char *const rules[] = {"static", "auto"};
	static const char *const secrets[] = {"until-handshake", "always", "never"};

	buf_addf(out, "nic=%s wg=%s port=%u mtu=%u transit=%s rule=%s ufw=%d sshd=%d secret=%s",
		 conf->has_nic ? conf->nic.s : "-", conf->wg_interface.s,
		 (unsigned)conf->listen_port, (unsigned)conf->mtu, prefix_text(&conf->transit).s,
		 rules[conf->ndppd_rule], conf->manage_ufw, conf->manage_sshd,
		 secrets[conf->announce_secret]);
	for (size_t i = 0; i < conf->console_count; i++)
		buf_addf(out, " %s", conf->consoles[i]);
	buf_adds(out, "\n");
	for (size_t i = 0; i < conf->site_count; i++)
		describe_site(&conf->sites[i], out);
}

#define RELAY                                                                                      \
	"nic=- wg=wg0 port=51820 mtu=1420 transit=fd99:9999:9999::/64 rule=static ufw=1 sshd=1 "   \
	"secret=until-handshake /dev/console\n"
#define HOME "[home] reserved key=- bridge=bridge wg-cloud inbound=0 ra_mtu=1 clamp=0\n"

static const struct {
	const char *text, *expected;
} good[] = {
	{"", RELAY HOME},
	{"\n\n", RELAY HOME},
	{"# all defaults\n; as they are\n", RELAY HOME},
	{"[relay]\n#nic = eth0\n", RELAY HOME},
	{"\xef\xbb\xbf[relay]\nmtu = 1420\n", RELAY HOME},
	{"[relay]\r\nlisten_port = 51820\r\n", RELAY HOME},
	{"[relay]\nlisten_port=51820", RELAY HOME},
	{"[relay]\nmtu: 1420\n", RELAY HOME},
	{"[relay]\nmtu = 1420 ; a comment\n", RELAY HOME},
	{"[relay] ; a comment\nmtu = 1420\n", RELAY HOME},
	{"[relay]#a comment\n[site home] \t\r\n", RELAY HOME},
	/* each key */
	{"[relay]\nnic = enp1s0.7\n",
	 "nic=enp1s0.7 wg=wg0 port=51820 mtu=1420 transit=fd99:9999:9999::/64 rule=static ufw=1 "
	 "sshd=1 secret=until-handshake /dev/console\n" HOME},
	{"[relay]\nwg_interface = wg-relay\n",
	 "nic=- wg=wg-relay port=51820 mtu=1420 transit=fd99:9999:9999::/64 rule=static ufw=1 "
	 "sshd=1 secret=until-handshake /dev/console\n" HOME},
	{"[relay]\nlisten_port = 1\nmtu = 1280\n",
	 "nic=- wg=wg0 port=1 mtu=1280 transit=fd99:9999:9999::/64 rule=static ufw=1 sshd=1 "
	 "secret=until-handshake /dev/console\n" HOME},
	{"[relay]\nlisten_port = 65535\nmtu = 1440\n",
	 "nic=- wg=wg0 port=65535 mtu=1440 transit=fd99:9999:9999::/64 rule=static ufw=1 sshd=1 "
	 "secret=until-handshake /dev/console\n" HOME},
	{"[relay]\ntransit = fd00:0:0:1::/64\n",
	 "nic=- wg=wg0 port=51820 mtu=1420 transit=fd00:0:0:1::/64 rule=static ufw=1 sshd=1 "
	 "secret=until-handshake /dev/console\n" HOME},
	{"[relay]\ntransit = 2001:db8:9::/64\n",
	 "nic=- wg=wg0 port=51820 mtu=1420 transit=2001:db8:9::/64 rule=static ufw=1 sshd=1 "
	 "secret=until-handshake /dev/console\n" HOME},
	{"[relay]\nndppd_rule = auto\nmanage_ufw = no\nmanage_sshd = no\n",
	 "nic=- wg=wg0 port=51820 mtu=1420 transit=fd99:9999:9999::/64 rule=auto ufw=0 sshd=0 "
	 "secret=until-handshake /dev/console\n" HOME},
	{"[relay]\nndppd_rule = static\nmanage_ufw = yes\nmanage_sshd = yes\n", RELAY HOME},
	{"[relay]\nannounce_secret = always\nconsole = none\n",
	 "nic=- wg=wg0 port=51820 mtu=1420 transit=fd99:9999:9999::/64 rule=static ufw=1 sshd=1 "
	 "secret=always\n" HOME},
	{"[relay]\nannounce_secret = never\nconsole = /dev/tty1 /dev/ttyS0\n",
	 "nic=- wg=wg0 port=51820 mtu=1420 transit=fd99:9999:9999::/64 rule=static ufw=1 sshd=1 "
	 "secret=never /dev/tty1 /dev/ttyS0\n" HOME},
	{"[relay]\nconsole = /dev/tty1, /dev/ttyS0,/dev/pts/3   /dev/console\n",
	 "nic=- wg=wg0 port=51820 mtu=1420 transit=fd99:9999:9999::/64 rule=static ufw=1 sshd=1 "
	 "secret=until-handshake /dev/tty1 /dev/ttyS0 /dev/pts/3 /dev/console\n" HOME},
	/* sites */
	{"[site home]\n", RELAY HOME},
	{"[site cabin]\n",
	 RELAY "[cabin] reserved key=- bridge=bridge wg-cloud inbound=0 ra_mtu=1 clamp=0\n"},
	{"[site home]\n[site cabin]",
	 RELAY HOME "[cabin] reserved key=- bridge=bridge wg-cloud inbound=0 ra_mtu=1 clamp=0\n"},
	{"[site b]\n[relay]\n[site a]\nprefix = original\n[site 0-9]\n",
	 RELAY "[b] reserved key=- bridge=bridge wg-cloud inbound=0 ra_mtu=1 clamp=0\n"
	       "[a] original key=- bridge=bridge wg-cloud inbound=0 ra_mtu=1 clamp=0\n"
	       "[0-9] reserved key=- bridge=bridge wg-cloud inbound=0 ra_mtu=1 clamp=0\n"},
	{"[site home]\nprefix = reserved\nlan_bridge = bridge\nallow_inbound = no\nra_mtu = yes\n"
	 "mss_clamp = no\n",
	 RELAY HOME},
	{"[site home]\nrouter_interface = wg-789012345678\n",
	 RELAY "[home] reserved key=- bridge=bridge wg-789012345678 inbound=0 ra_mtu=1 clamp=0\n"},
	{"[site home]\nra_mtu = no\nmss_clamp = yes\n",
	 RELAY "[home] reserved key=- bridge=bridge wg-cloud inbound=0 ra_mtu=0 clamp=1\n"},
	{"[site home]\nprefix = 2001:db8:0:7::/64\nrouter_public_key = " KEY "\n"
	 "lan_bridge = bridge lan/2\nallow_inbound = yes\n",
	 RELAY "[home] explicit 2001:db8:0:7::/64 key=" KEY
	       " bridge=bridge lan/2 wg-cloud inbound=1 ra_mtu=1 clamp=0\n"},
	{"[site home]\nlan_bridge = br_1.x+y-z\n[site two]\nallow_inbound = yes\n",
	 RELAY "[home] reserved key=- bridge=br_1.x+y-z wg-cloud inbound=0 ra_mtu=1 clamp=0\n"
	       "[two] reserved key=- bridge=bridge wg-cloud inbound=1 ra_mtu=1 clamp=0\n"},
	{"[site abcdefghijklmno]\nlan_bridge = 1234567890123456789012345678901\n",
	 RELAY "[abcdefghijklmno] reserved key=- bridge=1234567890123456789012345678901 "
	       "wg-cloud inbound=0 ra_mtu=1 clamp=0\n"},
	{"[site   home]\nprefix = original\n",
	 RELAY "[home] original key=- bridge=bridge wg-cloud inbound=0 ra_mtu=1 clamp=0\n"},
};

START_TEST(settings_are_read)
{
	CLEANUP(buf_clear) struct buf got = BUF_INIT;
	struct error err = ERROR_INIT;
	struct conf conf;

	ck_assert_msg(conf_parse(&conf, "c", good[_i].text, strlen(good[_i].text), &err) == 0,
		      "%s\n%s", good[_i].text, err.text);
	describe(&conf, &got);
	ck_assert_str_eq(buf_str(&got), good[_i].expected);
}
END_TEST

#define A50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A200 A50 A50 A50 A50

/* The error starts with where it is, and has these words. */
static const struct {
	const char *text, *where, *words[3];
} bad[] = {
	/* each key */
	{"[relay]\nnic =\n", "c:2: ", {"nic", "interface's name"}},
	{"[relay]\nnic = a b\n", "c:2: ", {"nic = a b", "interface's name"}},
	{"[relay]\nnic = all\n", "c:2: ", {"nic = all"}},
	{"[relay]\nnic = sixteencharacter\n", "c:2: ", {"nic = sixteen"}},
	{"[relay]\nnic = ../eth0\n", "c:2: ", {"nic = ../eth0"}},
	{"[relay]\nwg_interface = wg%i\n", "c:2: ", {"wg_interface = wg%i", "15 characters"}},
	{"[relay]\nwg_interface = -wg\n", "c:2: ", {"wg_interface = -wg"}},
	{"[relay]\nlisten_port = 0\n", "c:2: ", {"listen_port = 0", "1 to 65535"}},
	{"[relay]\nlisten_port = 65536\n", "c:2: ", {"listen_port = 65536", "1 to 65535"}},
	{"[relay]\nlisten_port = -1\n", "c:2: ", {"listen_port = -1"}},
	{"[relay]\nlisten_port = +1\n", "c:2: ", {"listen_port = +1"}},
	{"[relay]\nlisten_port = 51820/udp\n", "c:2: ", {"listen_port = 51820/udp"}},
	{"[relay]\nlisten_port = 0xca6c\n", "c:2: ", {"listen_port = 0xca6c"}},
	{"[relay]\nlisten_port = 18446744073709551617\n", "c:2: ", {"listen_port = 1844"}},
	{"[relay]\nlisten_port =\n", "c:2: ", {"listen_port", "1 to 65535"}},
	{"[relay]\n\n\nmtu = 1279\n", "c:4: ", {"mtu = 1279", "1280 to 1440"}},
	{"[relay]\nmtu = 1441\n", "c:2: ", {"mtu = 1441", "1280 to 1440"}},
	{"[relay]\nmtu = 1420.0\n", "c:2: ", {"mtu = 1420.0"}},
	{"[relay]\ntransit = fd99::/63\n", "c:2: ", {"transit = fd99::/63", "/64"}},
	{"[relay]\ntransit = fd99::1/64\n", "c:2: ", {"transit = fd99::1/64", "/64"}},
	{"[relay]\ntransit = fe80::/64\n", "c:2: ", {"transit = fe80::/64"}},
	{"[relay]\ntransit = 10.0.0.0/24\n", "c:2: ", {"transit = 10.0.0.0/24"}},
	{"[relay]\ntransit = fd99::\n", "c:2: ", {"transit = fd99::"}},
	{"[relay]\nndppd_rule = iface wg0\n",
	 "c:2: ",
	 {"ndppd_rule = iface wg0", "static or auto"}},
	{"[relay]\nndppd_rule = Static\n", "c:2: ", {"ndppd_rule = Static"}},
	{"[relay]\nmanage_ufw = true\n", "c:2: ", {"manage_ufw = true", "yes or no"}},
	{"[relay]\nmanage_ufw =\n", "c:2: ", {"manage_ufw", "yes or no"}},
	{"[relay]\nmanage_sshd = 1\n", "c:2: ", {"manage_sshd = 1", "yes or no"}},
	{"[relay]\nconsole = /dev/tty\x1b[2J\n", "c:2: ", {"console = /dev/tty?[2J", "/dev"}},
	{"[relay]\nconsole = /dev/tty1;x\n", "c:2: ", {"console = /dev/tty1;x"}},
	{"[relay]\nconsole =\n", "c:2: ", {"console", "/dev"}},
	{"[relay]\nconsole = /etc/passwd\n", "c:2: ", {"console = /etc/passwd", "/dev"}},
	{"[relay]\nconsole = tty1\n", "c:2: ", {"console = tty1"}},
	{"[relay]\nconsole = /dev/\n", "c:2: ", {"console = /dev/"}},
	{"[relay]\nconsole = /dev/../etc/passwd\n", "c:2: ", {"console = /dev/.."}},
	{"[relay]\nconsole = /dev/a /dev/b /dev/c /dev/d /dev/e\n",
	 "c:2: ",
	 {"console", "up to 4"}},
	{"[relay]\nconsole = /dev/tty1 none\n", "c:2: ", {"console"}},
	{"[relay]\nannounce_secret = yes\n",
	 "c:2: ",
	 {"announce_secret = yes", "always, until-handshake or never"}},
	{"[relay]\nproof_hosts = dns.google\n",
	 "c:2: ",
	 {"proof_hosts = dns.google", "up to 4 global IPv6 addresses, or none"}},
	{"[relay]\nproof_hosts = fe80::1\n", "c:2: ", {"proof_hosts = fe80::1"}},
	{"[relay]\nproof_hosts = 2001:db8::1 none\n", "c:2: ", {"proof_hosts"}},
	{"[relay]\nproof_hosts = 2001:db8::1 2001:db8::2 2001:db8::3 2001:db8::4 2001:db8::5\n",
	 "c:2: ",
	 {"proof_hosts", "up to 4"}},
	{"[site home]\nprefix = 2001:db8::/63\n",
	 "c:2: ",
	 {"[site home]", "prefix = 2001:db8::/63", "/64"}},
	{"[site home]\nprefix = 2001:db8::1/64\n", "c:2: ", {"prefix = 2001:db8::1/64"}},
	{"[site home]\nprefix = fd00::/64\n", "c:2: ", {"prefix = fd00::/64", "global"}},
	{"[site home]\nprefix = fe80::/64\n", "c:2: ", {"prefix = fe80::/64"}},
	{"[site home]\nprefix =\n", "c:2: ", {"prefix", "reserved, original"}},
	{"[site home]\nprefix = Reserved\n", "c:2: ", {"prefix = Reserved"}},
	{"[site home]\nrouter_public_key = short\n",
	 "c:2: ",
	 {"router_public_key", "44 characters"}},
	{"[site home]\nrouter_public_key = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg\n",
	 "c:2: ",
	 {"router_public_key", "44 characters"}},
	{"[site home]\nlan_bridge =\n", "c:2: ", {"lan_bridge"}},
	{"[site home]\nlan_bridge = a\"b\n", "c:2: ", {"lan_bridge = a\"b", "A-Z"}},
	{"[site home]\nlan_bridge = a$b\n", "c:2: ", {"lan_bridge = a$b"}},
	{"[site home]\nlan_bridge = a]b\n", "c:2: ", {"lan_bridge = a]b"}},
	{"[site home]\nlan_bridge = k\xc3\xbc"
	 "che\n",
	 "c:2: ",
	 {"lan_bridge"}},
	{"[site home]\nlan_bridge = 12345678901234567890123456789012\n",
	 "c:2: ",
	 {"lan_bridge = 1234", "31"}},
	{"[site home]\nrouter_interface =\n", "c:2: ", {"router_interface", "15"}},
	{"[site home]\nrouter_interface = wg cloud\n", "c:2: ", {"router_interface = wg cloud"}},
	{"[site home]\nrouter_interface = -wg\n", "c:2: ", {"router_interface = -wg"}},
	{"[site home]\nrouter_interface = wg-7890123456789\n", "c:2: ", {"wg-7890", "15"}},
	{"[site home]\nra_mtu = 1420\n", "c:2: ", {"ra_mtu = 1420", "yes or no"}},
	{"[site home]\nmss_clamp =\n", "c:2: ", {"mss_clamp", "yes or no"}},
	{"[site home]\nallow_inbound = maybe\n", "c:2: ", {"allow_inbound = maybe", "yes or no"}},
	/* unknown words */
	{"[relay]\nport = 1\n", "c:2: ", {"port", "unknown setting", "listen_port"}},
	{"[relay]\nListen_Port = 1\n", "c:2: ", {"Listen_Port", "unknown setting"}},
	{"[relay]\nprefix = original\n", "c:2: ", {"prefix", "unknown setting"}},
	{"[site home]\nmtu = 1400\n", "c:2: ", {"mtu", "unknown setting", "lan_bridge"}},
	{"[relais]\nmtu = 1400\n", "c:1: ", {"[relais]", "unknown section", "[site NAME]"}},
	{"[Relay]\nmtu = 1400\n", "c:1: ", {"[Relay]", "unknown section"}},
	{"[site]\nprefix = original\n", "c:1: ", {"[site]", "unknown section"}},
	{"mtu = 1400\n", "c:1: ", {"unknown section"}},
	/* twice: one of the two would be lost */
	{"[relay]\nmtu = 1400\nmtu = 1380\n", "c:3: ", {"[relay] mtu", "twice"}},
	{"[relay]\nmtu = 1400\n[site home]\n[relay]\nmtu = 1400\n", "c:5: ", {"mtu", "twice"}},
	{"[site home]\nprefix = original\nprefix = reserved\n", "c:3: ", {"prefix", "twice"}},
	{"[site home]\n[site cabin]\n[site home]\n", "c:3: ", {"[site home]", "twice"}},
	{"[site home]\n[site  home]\n", "c:2: ", {"home]", "twice"}},
	/* sites' names */
	{"[site Home]\n", "c:1: ", {"[site Home]", "a-z"}},
	{"[site a b]\n", "c:1: ", {"[site a b]", "a-z"}},
	{"[site ]\n", "c:1: ", {"[site ]", "a-z"}},
	{"[site -a]\n", "c:1: ", {"[site -a]"}},
	{"[site ../a]\n", "c:1: ", {"[site ../a]"}},
	{"[site abcdefghijklmnop]\n", "c:1: ", {"abcdefghijklmnop", "15"}},
	/* what is no settings file at all */
	{"[relay]\nmtu\n", "c:2: ", {"neither"}},
	{"[relay\nmtu = 1400\n", "c:1: ", {"neither"}},
	{"hello\n", "c:1: ", {"neither"}},
	{"[relay] mtu = 1400\n", "c:1: ", {"[relay]", "nothing but a comment"}},
	{"[site home]prefix = original", "c:1: ", {"[site home]", "nothing but a comment"}},
	{"[site home\nprefix = original\n", "c:1: ", {"neither"}},
	/* inih passes over what stands before the section; both are blanks for it */
	{"[relay]\n\v[site cabin]\nprefix = reserved\n", "c:2: ", {"starts with a blank"}},
	{"[relay]\n\fmtu = 1400\n", "c:2: ", {"starts with a blank"}},
	{"\x7f"
	 "ELF\x02\x01\n",
	 "c:1: ",
	 {"neither"}},
	/* several errors: the first one, and its own line */
	{"[relay]\nmtu = 1\nlisten_port = 0\n", "c:2: ", {"mtu = 1"}},
	{"[relay]\nhello\nmtu = 1\n", "c:2: ", {"neither"}},
	{"[relay]\nmtu = 1\nhello\n", "c:3: ", {"neither"}}, /* form before content */
	/* a continuation line is no second value */
	{"[relay]\nlisten_port = 51820\n  mtu = 1400\n", "c:3: ", {""}},
	/* long lines */
	{"[relay]\nconsole = " A200 "\n", "c:2: ", {"longer than"}},
	{"# " A200 "\n", "c:1: ", {"longer than"}},
};

START_TEST(a_mistake_is_named_with_its_line)
{
	const char *text = bad[_i].text;
	struct error err = ERROR_INIT;
	struct conf conf;

	memset(&conf, 0x55, sizeof(conf));
	ck_assert_msg(conf_parse(&conf, "c", text, strlen(text), &err) == -EINVAL, "%s", text);
	ck_assert_int_eq(err.code, -EINVAL);
	ck_assert_msg(!strncmp(err.text, bad[_i].where, strlen(bad[_i].where)),
		      "%s\n%s\nis not about %s", text, err.text, bad[_i].where);
	for (size_t i = 0; i < 3 && bad[_i].words[i]; i++)
		ck_assert_msg(strstr(err.text, bad[_i].words[i]), "%s\n%s\nwithout '%s'", text,
			      err.text, bad[_i].words[i]);
	for (size_t i = 0; i < sizeof(conf); i++)
		ck_assert_msg(((unsigned char *)&conf)[i] == 0x55, "the settings were touched");
}
END_TEST

#define ESCAPE "\x1b]0;owned\x07\x7f\xc2\x9b\r"

static const char *const hostile[] = {
	"[relay]\nnic = " ESCAPE "x\n",
	"[relay]\n" ESCAPE " = 1\n",
	"[relay" ESCAPE "]\n",
	"[site a" ESCAPE "]\n",
	"[site a]\nlan_bridge = " ESCAPE "x\n",
};

START_TEST(what_a_terminal_would_obey_is_not_in_the_error)
{
	struct error err = ERROR_INIT;
	struct conf conf;

	ck_assert_int_eq(conf_parse(&conf, "c", hostile[_i], strlen(hostile[_i]), &err), -EINVAL);
	for (const char *c = err.text; *c; c++)
		ck_assert_msg(*c >= ' ' && *c <= '~', "%s", err.text);
}
END_TEST

START_TEST(a_mistake_is_one_without_an_error_to_fill_in)
{
	struct conf conf;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(conf_parse(&conf, "c", bad[i].text, strlen(bad[i].text), NULL) ==
				      -EINVAL,
			      "%s", bad[i].text);
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
	static const char text[] = "[relay]\nmtu = 1400\0\nmtu = 1\n";
	struct error err = ERROR_INIT;
	struct conf conf;

	ck_assert_int_eq(conf_parse(&conf, "c", text, sizeof(text) - 1, &err), -EINVAL);
	ck_assert_ptr_eq(strstr(err.text, "c:2: "), err.text);
	ck_assert_ptr_nonnull(strstr(err.text, "NUL"));
}
END_TEST

/* The longest line that is taken is taken whole. */
START_TEST(a_line_is_never_cut)
{
	for (size_t len = 150; len < 260; len++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT;
		struct error err = ERROR_INIT;
		struct conf conf;
		int r;

		/* Blanks, then what would be an error were it read as a line of its own. */
		buf_addf(&text, "[relay]\nmtu = 1400%*s; junk\nlisten_port = 7\n", (int)len - 16,
			 "");
		r = conf_parse(&conf, "c", text.data, text.len, &err);
		if (r == 0) {
			ck_assert_uint_eq(conf.mtu, 1400);
			ck_assert_uint_eq(conf.listen_port, 7);
		} else {
			ck_assert_ptr_nonnull(strstr(err.text, "longer than"));
		}
	}
}
END_TEST

START_TEST(as_many_sites_as_there_is_room_for)
{
	for (size_t count = CONF_SITES_MAX; count <= CONF_SITES_MAX + 1; count++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT;
		struct error err = ERROR_INIT;
		struct conf conf;
		int r;

		for (size_t i = 0; i < count; i++)
			buf_addf(&text, "[site s%zu]\n", i);
		r = conf_parse(&conf, "c", text.data, text.len, &err);
		ck_assert_int_eq(r, count > CONF_SITES_MAX ? -EINVAL : 0);
		if (r == 0)
			ck_assert_uint_eq(conf.site_count, CONF_SITES_MAX);
		else
			ck_assert_ptr_nonnull(strstr(err.text, "c:65: [site s64]"));
	}
}
END_TEST

static const struct {
	const char *text, *hosts;
	bool has_rule;
} proofs[] = {
	{"", " 2001:4860:4860::8888 2606:4700:4700::1111 2620:fe::fe", false},
	{"[relay]\nproof_hosts = none\nndppd_rule = static\n", "", true},
	{"[relay]\nproof_hosts = 2001:DB8::1, 2001:db8::2\nndppd_rule = auto\n",
	 " 2001:db8::1 2001:db8::2", true},
};

START_TEST(whom_the_proof_asks_and_whether_it_may_choose)
{
	CLEANUP(buf_clear) struct buf hosts = BUF_INIT;
	struct error err = ERROR_INIT;
	struct conf conf;

	ck_assert_int_eq(conf_parse(&conf, "c", proofs[_i].text, strlen(proofs[_i].text), &err), 0);
	for (size_t i = 0; i < conf.proof_host_count; i++)
		buf_addf(&hosts, " %s", ip_text(&conf.proof_hosts[i]).s);
	ck_assert_str_eq(buf_str(&hosts), proofs[_i].hosts);
	ck_assert_int_eq(conf.has_ndppd_rule, proofs[_i].has_rule);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("conf");

	unit_add_table(tcase, settings_are_read, good);
	unit_add_table(tcase, whom_the_proof_asks_and_whether_it_may_choose, proofs);
	unit_add_table(tcase, a_mistake_is_named_with_its_line, bad);
	unit_add_table(tcase, what_a_terminal_would_obey_is_not_in_the_error, hostile);
	tcase_add_test(tcase, a_mistake_is_one_without_an_error_to_fill_in);
	tcase_add_test(tcase, a_nul_byte_is_refused);
	tcase_add_test(tcase, a_line_is_never_cut);
	tcase_add_test(tcase, as_many_sites_as_there_is_room_for);
	return unit_finish();
}
