/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/accounts.h"
#include "apply/logins.h"
#include "apply/sshd.h"
#include "apply/sshd_settings.h"
#include "base/buf.h"
#include "base/cleanup.h"

#define KEY                                                                                        \
	"ssh-ed25519 "                                                                             \
	"AAAAC3NzaC1lZDI1NTE5AAAAIDboEWYLdD6Qvnf9tU5ld2jS2rOXkifBr260Rdoz1ep4 me@laptop\n"
#define COMMAND_KEY "command=\"echo Please login as ubuntu\" " KEY

/* %u is the number of the user "me": the test's own, so that the files are hers. Where that is
 * root's, who needs no group, it is 1000, and the files are given to it. */
static const struct {
	const char *name, *passwd, *group, *home;
	const char *keys, *file; /* its content, and its name below the home; NULL: none */
	unsigned home_mode, dir_mode, file_mode;
	bool login;
} rows[] = {
#define ME "me:x:%u:100::/home/me:/bin/bash\n"
#define SUDO "sudo:x:27:ubuntu,me\n"
#define MODES 0755, 0700, 0600
	{"an administrator", ME, SUDO, "/home/me", KEY, "authorized_keys", MODES, true},
	{"of the group admin", ME, "admin:x:1:me\n", "/home/me", KEY, "authorized_keys", MODES,
	 true},
	{"of the group wheel", ME, "wheel:x:1:me\n", "/home/me", KEY, "authorized_keys", MODES,
	 true},
	{"the second file", ME, SUDO, "/home/me", KEY, "authorized_keys2", MODES, true},
	{"readable by others", ME, SUDO, "/home/me", KEY, "authorized_keys", 0755, 0755, 0644,
	 true},
	{"after others", "daemon:x:1:1::/:/usr/sbin/nologin\n" ME, SUDO, "/home/me", KEY,
	 "authorized_keys", MODES, true},
	/* who can't become root */
	{"a user", ME, "users:x:100:me\n", "/home/me", KEY, "authorized_keys", MODES, false},
	{"no groups", ME, "", "/home/me", KEY, "authorized_keys", MODES, false},
	{"a name like it", ME, "sudo:x:27:mee,m\n", "/home/me", KEY, "authorized_keys", MODES,
	 false},
	{"a group like it", ME, "sudoers:x:27:me\n", "/home/me", KEY, "authorized_keys", MODES,
	 false},
	/* who gets no shell */
	{"no login", "me:x:%u:100::/home/me:/usr/sbin/nologin\n", SUDO, "/home/me", KEY,
	 "authorized_keys", MODES, false},
	{"false", "me:x:%u:100::/home/me:/bin/false\n", SUDO, "/home/me", KEY, "authorized_keys",
	 MODES, false},
	{"a forced command", ME, SUDO, "/home/me", COMMAND_KEY, "authorized_keys", MODES, false},
	/* no key */
	{"no file", ME, SUDO, "/home/me", NULL, NULL, MODES, false},
	{"an empty file", ME, SUDO, "/home/me", "", "authorized_keys", MODES, false},
	{"another file", ME, SUDO, "/home/me", KEY, "authorized_keys.bak", MODES, false},
	{"another home", ME, SUDO, "/home/you", KEY, "authorized_keys", MODES, false},
	/* what sshd's StrictModes refuses */
	{"the file open to the group", ME, SUDO, "/home/me", KEY, "authorized_keys", 0755, 0700,
	 0620, false},
	{"the file open to all", ME, SUDO, "/home/me", KEY, "authorized_keys", 0755, 0700, 0602,
	 false},
	{"the directory open", ME, SUDO, "/home/me", KEY, "authorized_keys", 0755, 0770, 0600,
	 false},
	{"the home open", ME, SUDO, "/home/me", KEY, "authorized_keys", 0775, 0700, 0600, false},
	/* nothing there at all */
	{"no users", "", "", "/home/me", KEY, "authorized_keys", MODES, false},
	{"garbage", "garbage\n::::\n", "garbage\n", "/home/me", KEY, "authorized_keys", MODES,
	 false},
};

static uid_t me(void)
{
	return getuid() ? getuid() : 1000;
}

static void set_mode(const struct unit_path *dir, const char *path, unsigned mode)
{
	CLEANUP(buf_clear) struct buf host = BUF_INIT;

	buf_addf(&host, "%s%s", dir->s, path);
	ck_assert_int_eq(chmod(buf_str(&host), (mode_t)mode), 0);
	ck_assert_int_eq(chown(buf_str(&host), me(), (gid_t)-1), 0);
}

static bool has_login(int root)
{
	struct key_login login;

	logins_find(root, &login);
	ck_assert_int_eq(login.possible, !*login.why);
	ck_assert(!login.known);
	return login.possible;
}

START_TEST(a_key_that_leads_to_root_is_found)
{
	CLEANUP(buf_clear) struct buf ssh = BUF_INIT, file = BUF_INIT;
	struct unit_path dir;
	char passwd[256];
	int root;

	dir = unit_directory(&root);
	snprintf(passwd, sizeof(passwd), rows[_i].passwd, (unsigned)me());
	unit_write(&dir, "/bin/bash", "", 0755);
	unit_write(&dir, "/etc/passwd", passwd, 0644);
	unit_write(&dir, "/etc/group", rows[_i].group, 0644);
	buf_addf(&ssh, "%s/.ssh", rows[_i].home);
	buf_addf(&file, "%s/%s", buf_str(&ssh), rows[_i].file ? rows[_i].file : "known_hosts");
	unit_write(&dir, buf_str(&file), rows[_i].keys ? rows[_i].keys : "", 0600);
	set_mode(&dir, buf_str(&file), rows[_i].file_mode);
	set_mode(&dir, buf_str(&ssh), rows[_i].dir_mode);
	set_mode(&dir, rows[_i].home, rows[_i].home_mode);
	ck_assert_msg(has_login(root) == rows[_i].login, "%s", rows[_i].name);
	close(root);
}
END_TEST

/* Accounts that can or can't log in with the good key that they have. */
static const struct {
	const char *passwd, *shadow; /* NULL: there is none */
	const char *why;	     /* NULL: he can */
} accounts[] = {
	{ME, NULL, NULL},
	{ME, "me:$y$x:20000:0:99999:7:::\n", NULL},
	{ME, "me:!:20000:0:99999:7:::\n", NULL},
	{ME, "me:$y$x:0:0:99999:7:::\n", NULL},
	{ME, "me:$y$x:20000:0:99999:7::1:\n", "expires"},
	{ME, "me:$y$x:20000:0:99999:7::99999:\n", "expires"},
	{ME, "me:$y$x:20000:0:90:7:5::\n", "expires"},
	{ME, "you:$y$x:20000:0:99999:7:::\n", "expires"},
	{"me:x:%u:100::/home/me:\n", NULL, "no shell: /bin/sh"},
	{"me:x:%u:100::/home/me:/bin/fish\n", NULL, "no shell: /bin/fish"},
	{"me:x:%u:100::/home/me:/etc/passwd\n", NULL, "no shell: /etc/passwd"},
	{"me:x:%u:100::/home/me:/bin\n", NULL, "no shell: /bin"},
	{"me:x:%u:27::/home/me:/bin/bash\n", NULL, NULL},
};

static void write_me(const struct unit_path *dir, const char *passwd)
{
	char line[256];

	snprintf(line, sizeof(line), passwd, (unsigned)me());
	unit_write(dir, "/bin/bash", "", 0755);
	unit_write(dir, "/etc/passwd", line, 0644);
	unit_write(dir, "/etc/group", SUDO, 0644);
	unit_write(dir, "/home/me/.ssh/authorized_keys", KEY, 0600);
	set_mode(dir, "/home/me/.ssh/authorized_keys", 0600);
	set_mode(dir, "/home/me/.ssh", 0700);
	set_mode(dir, "/home/me", 0755);
}

START_TEST(an_account_may_be_closed)
{
	struct key_login login;
	struct unit_path dir;
	int root;

	dir = unit_directory(&root);
	write_me(&dir, accounts[_i].passwd);
	if (accounts[_i].shadow)
		unit_write(&dir, "/etc/shadow", accounts[_i].shadow, 0600);
	logins_find(root, &login);
	ck_assert_msg(login.possible == !accounts[_i].why, "%d: %s", _i, login.why);
	if (accounts[_i].why)
		ck_assert_msg(strstr(login.why, accounts[_i].why), "%s", login.why);
	close(root);
}
END_TEST

/* What sshd -T says, for "me" of the groups users and sudo, or for root. */
static const struct {
	const char *settings;
	bool as_root;
	const char *obstacle; /* "": none */
} obstacles[] = {
	{"", false, ""},
	{"", true, ""},
	{"pubkeyauthentication yes\nauthenticationmethods any\nrevokedkeys none\n", false, ""},
	{"pubkeyauthentication no\n", false, "PubkeyAuthentication no"},
	{"revokedkeys /etc/ssh/revoked\n", false, "RevokedKeys /etc/ssh/revoked"},
	{"forcecommand internal-sftp\n", false, "ForceCommand internal-sftp"},
	{"chrootdirectory /srv\n", false, "ChrootDirectory /srv"},
	{"refuseconnection yes\n", false, "RefuseConnection yes"},
	{"authenticationmethods publickey\n", false, ""},
	{"authenticationmethods password publickey\n", false, ""},
	{"authenticationmethods publickey,password\n", false,
	 "AuthenticationMethods publickey,password"},
	{"authenticationmethods password\nport 22\n", false, "AuthenticationMethods password"},
	{"authenticationmethods publickey,publickey\n", false,
	 "AuthenticationMethods publickey,publickey"},
	{"permitrootlogin no\n", false, ""},
	{"permitrootlogin no\n", true, "PermitRootLogin no"},
	{"permitrootlogin forced-commands-only\n", true, "PermitRootLogin forced-commands-only"},
	{"permitrootlogin without-password\n", true, ""},
	{"permitrootlogin yes\n", true, ""},
	{"denyusers you\ndenyusers me\n", false, "DenyUsers you"},
	{"denyusers m*@10.*\n", false, "DenyUsers m*@10.*"},
	{"denyusers m\ndenyusers mee\ndenyusers ?\n", false, ""},
	{"allowusers you\n", false, "AllowUsers you"},
	{"allowusers you\nallowusers me\n", false, ""},
	{"allowusers *\n", false, ""},
	{"allowusers m?\n", false, ""},
	{"allowusers m??\n", false, "AllowUsers m??"},
	{"allowusers *e*\n", false, ""},
	{"allowusers me@198.51.100.1\n", false, "AllowUsers me@198.51.100.1"},
	{"denygroups sudo\n", false, "DenyGroups sudo"},
	{"denygroups root\n", false, ""},
	{"allowgroups ssh\nallowgroups wheel\n", false, "AllowGroups ssh"},
	{"allowgroups ssh\nallowgroups s*o\n", false, ""},
};

START_TEST(sshd_may_want_more_than_a_key)
{
	char me_name[] = "me", root_name[] = "root", users[] = "users", sudo[] = "sudo";
	struct account account = {
		.name = obstacles[_i].as_root ? root_name : me_name,
		.uid = obstacles[_i].as_root ? 0 : 1000,
		.groups = {users, sudo},
		.group_count = 2,
	};

	ck_assert_str_eq(sshd_find_obstacle(obstacles[_i].settings, &account).s,
			 obstacles[_i].obstacle);
}
END_TEST

/* The same for keys that are where, or as, sshd_config says. */
static const struct {
	const char *settings;
	const char *why; /* NULL: he gets in */
} judged[] = {
	{"", NULL},
	{"authorizedkeysfile none\n", ""},
	{"authorizedkeysfile /nowhere .ssh/authorized_keys\n", NULL},
	{"authorizedkeysfile /home/%u/.ssh/authorized_keys\n", NULL},
	{"authorizedkeysfile %h/.ssh/authorized_keys\n", NULL},
	{"authorizedkeysfile %h/.%%ssh/authorized_keys\n", ""},
	{"authorizedkeysfile %h/.ssh/authorized_keys%\n", ""},
	{"authorizedkeysfile .ssh/authorized_keys%k\n", ""},
	{"authorizedkeysfile /etc/passwd\n", "no key in /etc/passwd"},
	{"pubkeyacceptedalgorithms rsa-sha2-512\n", "PubkeyAcceptedAlgorithms"},
	{"requiredrsasize 4096\n", NULL},
	{"usepam no\n", "locked"},
	{"usepam yes\n", NULL},
	{"pubkeyauthentication no\n", "me: PubkeyAuthentication no"},
};

START_TEST(a_key_is_judged_by_what_sshd_says)
{
	struct account_list list CLEANUP(account_list_clear) = ACCOUNT_LIST_INIT;
	struct key_login login = {0};
	struct unit_path dir;
	int root, nearest = 0;

	dir = unit_directory(&root);
	write_me(&dir, ME);
	unit_write(&dir, "/etc/shadow", "me:!:20000:0:99999:7:::\n", 0600);
	ck_assert_int_eq(account_list_read(&list, root), 0);
	ck_assert_uint_eq(list.count, 1);
	ck_assert_msg(login_judge(root, list.accounts, judged[_i].settings, &login, &nearest) ==
			      !judged[_i].why,
		      "%s", judged[_i].settings);
	if (judged[_i].why)
		ck_assert_msg(strstr(login.why, judged[_i].why), "%s", login.why);
	close(root);
}
END_TEST

/* Ours comes first, and would let root in. */
static const struct {
	const char *path, *text;
	bool forbids;
} owners[] = {
#define CONFIG "/etc/ssh/sshd_config"
#define OWN CONFIG ".d/50-own.conf"
	{CONFIG, "", false},
	{CONFIG, "PermitRootLogin yes\n", false},
	{CONFIG, "PermitRootLogin prohibit-password\n", false},
	{CONFIG, "#PermitRootLogin no\n", false},
	{CONFIG, "PermitRootLogin no\n", true},
	{CONFIG, "Port 22\n\t permitrootlogin=\"no\"\n", true},
	{OWN, "PermitRootLogin no", true},
	{OWN, "PermitRootLogin forced-commands-only\n", true},
	{OWN, "Match User me\nPermitRootLogin no\n", false},
	{OWN, "PermitRootLogin no\nMatch User me\n", true},
	{CONFIG ".d/00-hardening.conf", "PermitRootLogin no\n", false},
};

START_TEST(an_owner_may_have_forbidden_root)
{
	struct unit_path dir;
	int root;

	dir = unit_directory(&root);
	unit_write(&dir, owners[_i].path, owners[_i].text, 0644);
	ck_assert_msg(sshd_forbids_root(root) == owners[_i].forbids, "%s", owners[_i].text);
	close(root);
}
END_TEST

START_TEST(root_needs_no_group)
{
	struct unit_path dir;
	int root;

	dir = unit_directory(&root);
	unit_write(&dir, "/bin/bash", "", 0755);
	unit_write(&dir, "/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n", 0644);
	unit_write(&dir, "/root/.ssh/authorized_keys", KEY, 0600);
	/* Files of somebody else's are taken from nobody but the user himself. */
	ck_assert_int_eq(has_login(root), getuid() == 0);
	close(root);
}
END_TEST

START_TEST(a_link_counts_as_what_it_leads_to)
{
	CLEANUP(buf_clear) struct buf link = BUF_INIT;
	struct key_login login;
	struct unit_path dir;
	int root;

	dir = unit_directory(&root);
	write_me(&dir, ME);
	unit_write(&dir, "/srv/keys/me", KEY, 0600);
	set_mode(&dir, "/srv/keys/me", 0600);
	set_mode(&dir, "/srv/keys", 0777);
	buf_addf(&link, "%s/home/me/.ssh/authorized_keys", dir.s);
	ck_assert_int_eq(unlink(buf_str(&link)), 0);
	ck_assert_int_eq(symlink("/srv/keys/me", buf_str(&link)), 0);
	logins_find(root, &login);
	ck_assert(!login.possible);
	ck_assert_str_eq(login.why, "others than me can write to /srv/keys");
	set_mode(&dir, "/srv/keys", 0755);
	set_mode(&dir, "/srv", 0755);
	ck_assert(has_login(root));
	close(root);
}
END_TEST

START_TEST(an_empty_root_has_nobody)
{
	int root;

	unit_directory(&root);
	ck_assert(!has_login(root));
	close(root);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("sshd");

	unit_add_table(tcase, a_key_that_leads_to_root_is_found, rows);
	unit_add_table(tcase, an_account_may_be_closed, accounts);
	unit_add_table(tcase, sshd_may_want_more_than_a_key, obstacles);
	unit_add_table(tcase, a_key_is_judged_by_what_sshd_says, judged);
	unit_add_table(tcase, an_owner_may_have_forbidden_root, owners);
	tcase_add_test(tcase, root_needs_no_group);
	tcase_add_test(tcase, a_link_counts_as_what_it_leads_to);
	tcase_add_test(tcase, an_empty_root_has_nobody);
	return unit_finish();
}
