/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/sshd.h"
#include "base/buf.h"
#include "base/cleanup.h"

#define KEY                                                                                        \
	"ssh-ed25519 "                                                                             \
	"AAAAC3NzaC1lZDI1NTE5AAAAIDboEWYLdD6Qvnf9tU5ld2jS2rOXkifBr260Rdoz1ep4 me@laptop\n"
#define COMMAND_KEY "command=\"echo Please login as ubuntu\" " KEY

/* %u is the number of the user "me": the test's own, so that the files are hers. Where that is
 * root's, who needs no group, it is 1000, as sshd takes files of root's too. */
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

static void set_mode(const struct unit_path *dir, const char *path, unsigned mode)
{
	CLEANUP(buf_clear) struct buf host = BUF_INIT;

	buf_addf(&host, "%s%s", dir->s, path);
	ck_assert_int_eq(chmod(buf_str(&host), (mode_t)mode), 0);
}

START_TEST(a_key_that_leads_to_root_is_found)
{
	CLEANUP(buf_clear) struct buf ssh = BUF_INIT, file = BUF_INIT;
	struct unit_path dir;
	char passwd[256];
	int root;

	dir = unit_directory(&root);
	snprintf(passwd, sizeof(passwd), rows[_i].passwd, getuid() ? (unsigned)getuid() : 1000);
	unit_write(&dir, "/etc/passwd", passwd, 0644);
	unit_write(&dir, "/etc/group", rows[_i].group, 0644);
	buf_addf(&ssh, "%s/.ssh", rows[_i].home);
	buf_addf(&file, "%s/%s", buf_str(&ssh), rows[_i].file ? rows[_i].file : "known_hosts");
	unit_write(&dir, buf_str(&file), rows[_i].keys ? rows[_i].keys : "", rows[_i].file_mode);
	set_mode(&dir, buf_str(&ssh), rows[_i].dir_mode);
	set_mode(&dir, rows[_i].home, rows[_i].home_mode);
	ck_assert_msg(sshd_has_key_login(root) == rows[_i].login, "%s", rows[_i].name);
	close(root);
}
END_TEST

START_TEST(root_needs_no_group)
{
	struct unit_path dir;
	int root;

	dir = unit_directory(&root);
	unit_write(&dir, "/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n", 0644);
	unit_write(&dir, "/root/.ssh/authorized_keys", KEY, 0600);
	/* Files of somebody else's are taken from nobody but the user himself. */
	ck_assert_int_eq(sshd_has_key_login(root), getuid() == 0);
	close(root);
}
END_TEST

START_TEST(an_empty_root_has_nobody)
{
	int root;

	unit_directory(&root);
	ck_assert(!sshd_has_key_login(root));
	close(root);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("sshd");

	unit_add_table(tcase, a_key_that_leads_to_root_is_found, rows);
	tcase_add_test(tcase, root_needs_no_group);
	tcase_add_test(tcase, an_empty_root_has_nobody);
	return unit_finish();
}
