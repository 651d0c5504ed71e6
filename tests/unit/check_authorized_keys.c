/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "apply/authorized_keys.h"

/* Public keys as ssh-keygen made them, for this and nothing else. */
#define ED25519 "ssh-ed25519 " ED25519_BLOB
#define ED25519_BLOB "AAAAC3NzaC1lZDI1NTE5AAAAIDboEWYLdD6Qvnf9tU5ld2jS2rOXkifBr260Rdoz1ep4"
#define ECDSA                                                                                      \
	"ecdsa-sha2-nistp256 "                                                                     \
	"AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBKBHInOPduLjFkj/u5e9/Rn2fApT+i+f"     \
	"OMCLEldp4RaY4piEpZW/JWyNmUwmopiu1nUZRim/RtPZjYjyOpFvInk="
#define RSA                                                                                        \
	"ssh-rsa "                                                                                 \
	"AAAAB3NzaC1yc2EAAAADAQABAAABAQCNGN7Thw0mxMhAX/5D4/lSDFoM38pNCb8DZCAY9JmmqXqjL/zZOyAu"     \
	"byXASPx+MnkgqnhelW1/kJulI9LiTueDz6+aqdXVOAIyei+R07ShfNl4Wm2HJZoYqbUFv3GeISgZxbJC+3JE"     \
	"5nG9wB0q4dTEBWsXTC2tBF3oOwxkua45DHuUzhZA6oD0H2ofXeZVHUsn/o+TSGl6edpopQzW7hr32ECn0PRf"     \
	"s0snJBX5DDKobKSnsMqiX9cyS5gI4EBTptMVdUGLGuhPBWmLayT+IU0lxoXnmksVCvYaksbeDzCfccpPVJOo"     \
	"sdSaWzxkaOLNyiSXxcMx5+kmcnqTyrnlAJRl"

static const struct {
	const char *text;
	enum key_found found;
} rows[] = {
	{"", KEY_NONE},
	{"\n", KEY_NONE},
	{"# nothing\n\n", KEY_NONE},
	{ED25519, KEY_GOOD},
	{ED25519 "\n", KEY_GOOD},
	{ED25519 " me@laptop\n", KEY_GOOD},
	{ED25519 " a comment of many words\n", KEY_GOOD},
	{ED25519 "\r\n", KEY_GOOD},
	{"  \t" ED25519 "\n", KEY_GOOD},
	{RSA " me@laptop\n", KEY_GOOD},
	{ECDSA " me@laptop\n", KEY_GOOD},
	{"# the key:\n\n" ED25519 "\n", KEY_GOOD},
	{"garbage\n" ED25519 "\n", KEY_GOOD},
	{"#" ED25519 "\n", KEY_NONE},
	{" # " ED25519 "\n", KEY_NONE},
	/* options after which a shell still awaits, or not from everywhere, or who knows */
	{"no-pty " ED25519 "\n", KEY_GOOD},
	{"restrict,pty " ED25519 "\n", KEY_GOOD},
	{"from=\"198.51.100.0/24,*.example\" " ED25519 "\n", KEY_LIMITED},
	{"environment=\"A=b c\" " ED25519 "\n", KEY_LIMITED},
	{"no-agent-forwarding,no-X11-forwarding\t" ED25519 "\n", KEY_GOOD},
	{"environment=\"A=\\\"command=x\\\"\" " ED25519 "\n", KEY_LIMITED},
	{"environment=\"x,command=x\" " ED25519 "\n", KEY_LIMITED},
	/* options after which none does; the second is cloud-init's before root's keys */
	{"command=\"/bin/true\" " ED25519 "\n", KEY_LIMITED},
	{"no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command=\"echo 'Please login as "
	 "the user \\\"ubuntu\\\" rather than the user \\\"root\\\".';echo;sleep 10;exit 142\" " ED25519
	 " me@laptop\n",
	 KEY_LIMITED},
	{"COMMAND=\"/bin/true\" " ED25519 "\n", KEY_LIMITED},
	{"no-pty,Command=\"/bin/true\" " ED25519 "\n", KEY_LIMITED},
	{"cert-authority " ED25519 "\n", KEY_LIMITED},
	{"expiry-time=\"20200101\" " ED25519 "\n", KEY_LIMITED},
	{"command=\"/bin/true\" " ED25519 "\n" RSA "\n", KEY_GOOD},
	/* what sshd does not take either */
	{"no-typo " ED25519 "\n", KEY_LIMITED},
	{"restrict,ptty " ED25519 "\n", KEY_LIMITED},
	{"restrict, " ED25519 "\n", KEY_LIMITED},
	{",restrict " ED25519 "\n", KEY_LIMITED},
	{"no-pty=\"yes\" " ED25519 "\n", KEY_LIMITED},
	{"no-restrict " ED25519 "\n", KEY_LIMITED},
	{"no-PTY,No-X11-Forwarding " ED25519 "\n", KEY_GOOD},
	{"permitopen=\"*:1\" " ED25519 "\n", KEY_LIMITED},
	{"ssh-ed25519\n", KEY_NONE},
	{"ssh-ed25519 \n", KEY_NONE},
	{"ssh-ed25519 AAAA\n", KEY_NONE},
	{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n", KEY_NONE},
	{"ssh-ed25519\n" ED25519_BLOB "\n", KEY_NONE},
	{ED25519_BLOB "\n", KEY_NONE},
	{"ssh-rsa " ED25519_BLOB "\n", KEY_NONE}, /* the type in the blob is another one */
	{"ssh-dss " ED25519_BLOB "\n", KEY_NONE},
	{"ssh-ed25519 !!!" ED25519_BLOB "\n", KEY_NONE},
	{"ssh-ed25519 " ED25519_BLOB "!\n", KEY_NONE},
	{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDboEWYLdD6Qvnf9tU5ld2jS2rOXkifBr260Rdo\xff"
	 "1ep4\n",
	 KEY_NONE},
	{"ssh-rsa AAAAB3NzaC1y...IQQhv5PAOKaIl+mM3c= test3@key\n", KEY_NONE},
	{"environment=\"never closed " ED25519 "\n", KEY_NONE},
	{"no-pty\n" ED25519_BLOB "\n", KEY_NONE},
	{ED25519 "AAAA\n", KEY_NONE}, /* more than a key */
	{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA a\n", KEY_NONE},
	{"\xef\xbb\xbf" ED25519 "\n", KEY_NONE},
	{"SSH-ED25519 " ED25519_BLOB "\n", KEY_NONE},
	{"-----BEGIN OPENSSH PRIVATE KEY-----\n", KEY_NONE},
};

/* The keys that the sample has are of 2048 bits, or of no such number. */
static const struct key_rules defaults = {NULL, 1024};

START_TEST(a_login_needs_a_key_that_leads_to_a_shell)
{
	ck_assert_msg(authorized_keys_find(rows[_i].text, &defaults) == rows[_i].found, "%s",
		      rows[_i].text);
}
END_TEST

static const struct {
	const char *text;
	struct key_rules rules;
	enum key_found found;
} ruled[] = {
	{RSA, {NULL, 2048}, KEY_GOOD},
	{RSA, {NULL, 2049}, KEY_REFUSED},
	{ED25519, {NULL, 4096}, KEY_GOOD},
	{RSA, {"ssh-ed25519,rsa-sha2-512", 1024}, KEY_GOOD},
	{RSA, {"rsa-sha2-256", 1024}, KEY_GOOD},
	{RSA, {"ssh-rsa", 1024}, KEY_REFUSED},
	{RSA, {"ssh-ed25519", 1024}, KEY_REFUSED},
	{ED25519, {"rsa-sha2-512,ssh-ed25519", 1024}, KEY_GOOD},
	{ED25519, {"rsa-sha2-512", 1024}, KEY_REFUSED},
	{ED25519, {"ssh-ed25519-cert-v01@openssh.com", 1024}, KEY_REFUSED},
	{ECDSA, {"ssh-ed25519", 1024}, KEY_REFUSED},
	{RSA "\n" ED25519 "\n", {"ssh-ed25519", 1024}, KEY_GOOD},
	/* what comes nearest is what is told */
	{"restrict " RSA "\ncommand=\"x\" " ED25519, {"ssh-ed25519", 1024}, KEY_REFUSED},
};

START_TEST(sshd_may_leave_out_algorithms_and_sizes)
{
	ck_assert_msg(authorized_keys_find(ruled[_i].text, &ruled[_i].rules) == ruled[_i].found,
		      "%d: %s", _i, ruled[_i].text);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("authorized_keys");

	unit_add_table(tcase, a_login_needs_a_key_that_leads_to_a_shell, rows);
	unit_add_table(tcase, sshd_may_leave_out_algorithms_and_sizes, ruled);
	return unit_finish();
}
