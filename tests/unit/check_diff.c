/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "apply/changes.h"
#include "apply/diff.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"

#define SECRET "YHY8//XN5Z3xGRVx/qkfYmC7slhDMcP173oOXKfVL2w="
#define OTHER "OJRkKcwc3c5BqeXfiFMHINo3CtLlQpiERdJhjs+QCGM="
#define PUBLIC "vdMu9ZHa41oNiuqJTCSEFKAp0RhPCsR8Y0xNw2KHJwE="
#define WG "/etc/wireguard/wg0.conf"
#define KEY "/etc/wireguard/server.key"
#define PUB "/etc/wireguard/server.pub"

static const struct {
	const char *path;
	bool secret, new_keys;
	enum change_kind kind;
	const char *old, *new, *expected; /* the lines after the two of the header */
} rows[] = {
	{"/etc/x", false, false, CHANGE_UPDATE, "a\nb\n", "a\nc\n",
	 "@@ -1,2 +1,2 @@\n a\n-b\n+c\n"},
	{"/etc/x", false, false, CHANGE_CREATE, "", "a\n", "@@ -0,0 +1 @@\n+a\n"},
	{"/etc/x", false, false, CHANGE_UPDATE, "a", "a\n",
	 "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"},
	{"/etc/x", false, false, CHANGE_UPDATE, "-- a\n++ b\n", "x\n",
	 "@@ -1,2 +1 @@\n--- a\n-++ b\n+x\n"},
	/* private keys, old and new */
	{WG, true, false, CHANGE_UPDATE, "[Interface]\nPrivateKey = " SECRET "\nMTU = 1\n",
	 "[Interface]\nPrivateKey = " OTHER "\nMTU = 2\n",
	 "@@ -1,3 +1,3 @@\n [Interface]\n-PrivateKey = (hidden)\n-MTU = 1\n+PrivateKey = (hidden)\n"
	 "+MTU = 2\n"},
	{WG, true, false, CHANGE_UPDATE, "PrivateKey = " SECRET "\nMTU = 1\n",
	 "PrivateKey = " SECRET "\nMTU = 2\n",
	 "@@ -1,2 +1,2 @@\n PrivateKey = (hidden)\n-MTU = 1\n+MTU = 2\n"},
	{WG, true, false, CHANGE_CREATE, "", "PrivateKey=" SECRET "\nPublicKey = " PUBLIC "\n",
	 "@@ -0,0 +1,2 @@\n+PrivateKey = (hidden)\n+PublicKey = " PUBLIC "\n"},
	{WG, true, true, CHANGE_CREATE, "", "PrivateKey = " SECRET "\nPublicKey = " PUBLIC "\n",
	 "@@ -0,0 +1,2 @@\n+PrivateKey = (hidden)\n+PublicKey = (new)\n"},
	{KEY, true, false, CHANGE_CREATE, "", SECRET "\n", "@@ -0,0 +1 @@\n+(hidden)\n"},
	{KEY, true, false, CHANGE_UPDATE, SECRET "\n", OTHER "\n",
	 "@@ -1 +1 @@\n-(hidden)\n+(hidden)\n"},
	{PUB, false, true, CHANGE_CREATE, "", PUBLIC "\n", "@@ -0,0 +1 @@\n+(new)\n"},
	{PUB, false, false, CHANGE_CREATE, "", PUBLIC "\n", "@@ -0,0 +1 @@\n+" PUBLIC "\n"},
};

static void make_diff(const char *path, bool secret, bool new_keys, enum change_kind kind,
		      const char *old, const char *new, struct buf *out)
{
	struct file_spec spec = {.mode = secret ? 0600 : 0644, .secret = secret};
	struct change change = {.kind = kind};
	struct error err = ERROR_INIT;

	snprintf(spec.path.s, sizeof(spec.path.s), "%s", path);
	buf_adds(&spec.content, new);
	buf_adds(&change.old, old);
	ck_assert_msg(diff_file(&spec, &change, new_keys, out, &err) == 0, "%s", err.text);
	buf_clear(&spec.content);
	buf_clear(&change.old);
}

START_TEST(a_diff_is_unified_and_hides_keys)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT, expected = BUF_INIT;

	buf_addf(&expected, "--- %s\n+++ %s\n%s",
		 rows[_i].kind == CHANGE_CREATE ? "/dev/null" : rows[_i].path, rows[_i].path,
		 rows[_i].expected);
	make_diff(rows[_i].path, rows[_i].secret, rows[_i].new_keys, rows[_i].kind, rows[_i].old,
		  rows[_i].new, &out);
	ck_assert_str_eq(buf_str(&out), buf_str(&expected));
}
END_TEST

/* wg-quick reads keys in any case and with any blanks, and somebody else's file may be written so.
 */
static const char *const foreign[] = {
	"PrivateKey = " SECRET "\n",
	"PrivateKey=" SECRET "\n",
	"privatekey = " SECRET "\n",
	"PRIVATEKEY=" SECRET "\n",
	"  PrivateKey = " SECRET "\n",
	"\tPrivateKey = " SECRET "\n",
	"PrivateKey\t=\t" SECRET "\n",
	"#PrivateKey = " SECRET "\n",
	"# PrivateKey = " SECRET "\n",
	"PresharedKey = " SECRET "\n",
	"[Peer]\npresharedkey=" SECRET " # mine\n",
};

START_TEST(no_key_of_a_foreign_file_is_shown)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;

	make_diff(WG, true, false, CHANGE_UPDATE, foreign[_i], "[Interface]\n", &out);
	ck_assert_msg(!strstr(buf_str(&out), SECRET), "%s", buf_str(&out));
	buf_clear(&out);
	make_diff(KEY, true, false, CHANGE_UPDATE, foreign[_i], OTHER "\n", &out);
	ck_assert_msg(!strstr(buf_str(&out), SECRET), "%s", buf_str(&out));
	ck_assert_msg(!strstr(buf_str(&out), OTHER), "%s", buf_str(&out));
}
END_TEST

START_TEST(a_mode_is_told_in_a_line)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;

	make_diff(KEY, true, false, CHANGE_MODE, SECRET "\n", SECRET "\n", &out);
	ck_assert_str_eq(buf_str(&out), "mode of " KEY ": 0600\n");
}
END_TEST

START_TEST(diffs_follow_each_other)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;

	make_diff("/etc/a", false, false, CHANGE_CREATE, "", "a\n", &out);
	make_diff("/etc/b", false, false, CHANGE_CREATE, "", "b\n", &out);
	ck_assert_str_eq(buf_str(&out), "--- /dev/null\n+++ /etc/a\n@@ -0,0 +1 @@\n+a\n"
					"--- /dev/null\n+++ /etc/b\n@@ -0,0 +1 @@\n+b\n");
}
END_TEST

/* Larger than a pipe holds: neither side may wait for the other. */
START_TEST(a_large_file_is_compared)
{
	CLEANUP(buf_clear) struct buf old = BUF_INIT, new = BUF_INIT, out = BUF_INIT;

	for (int i = 0; i < 20000; i++) {
		buf_addf(&old, "old line %d\n", i);
		buf_addf(&new, "new line %d\n", i);
	}
	make_diff("/etc/x", false, false, CHANGE_UPDATE, buf_str(&old), buf_str(&new), &out);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "-old line 19999\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "+new line 19999\n"));
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("diff");

	unit_add_table(tcase, a_diff_is_unified_and_hides_keys, rows);
	unit_add_table(tcase, no_key_of_a_foreign_file_is_shown, foreign);
	tcase_add_test(tcase, a_mode_is_told_in_a_line);
	tcase_add_test(tcase, diffs_follow_each_other);
	tcase_add_test(tcase, a_large_file_is_compared);
	return unit_finish();
}
