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
	bool login;
} rows[] = {
	{"", false},
	{"\n", false},
	{"# nothing\n\n", false},
	{ED25519, true},
	{ED25519 "\n", true},
	{ED25519 " me@laptop\n", true},
	{ED25519 " a comment of many words\n", true},
	{ED25519 "\r\n", true},
	{"  \t" ED25519 "\n", true},
	{RSA " me@laptop\n", true},
	{ECDSA " me@laptop\n", true},
	{"# the key:\n\n" ED25519 "\n", true},
	{"garbage\n" ED25519 "\n", true},
	{"#" ED25519 "\n", false},
	{" # " ED25519 "\n", false},
	/* options after which a shell still awaits */
	{"no-pty " ED25519 "\n", true},
	{"restrict,pty " ED25519 "\n", true},
	{"from=\"198.51.100.0/24,*.example\" " ED25519 "\n", true},
	{"environment=\"A=b c\" " ED25519 "\n", true},
	{"no-agent-forwarding,no-X11-forwarding\t" ED25519 "\n", true},
	{"environment=\"A=\\\"command=x\\\"\" " ED25519 "\n", true},
	{"environment=\"x,command=x\" " ED25519 "\n", true},
	/* options after which none does; the second is cloud-init's before root's keys */
	{"command=\"/bin/true\" " ED25519 "\n", false},
	{"no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command=\"echo 'Please login as "
	 "the user \\\"ubuntu\\\" rather than the user \\\"root\\\".';echo;sleep 10;exit 142\" " ED25519
	 " me@laptop\n",
	 false},
	{"COMMAND=\"/bin/true\" " ED25519 "\n", false},
	{"no-pty,Command=\"/bin/true\" " ED25519 "\n", false},
	{"cert-authority " ED25519 "\n", false},
	{"expiry-time=\"20200101\" " ED25519 "\n", false},
	{"command=\"/bin/true\" " ED25519 "\n" RSA "\n", true},
	/* what sshd does not take either */
	{"ssh-ed25519\n", false},
	{"ssh-ed25519 \n", false},
	{"ssh-ed25519 AAAA\n", false},
	{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n", false},
	{"ssh-ed25519\n" ED25519_BLOB "\n", false},
	{ED25519_BLOB "\n", false},
	{"ssh-rsa " ED25519_BLOB "\n", false}, /* the type in the blob is another one */
	{"ssh-dss " ED25519_BLOB "\n", false},
	{"ssh-ed25519 !!!" ED25519_BLOB "\n", false},
	{"ssh-ed25519 " ED25519_BLOB "!\n", false},
	{"ssh-rsa AAAAB3NzaC1y...IQQhv5PAOKaIl+mM3c= test3@key\n", false},
	{"environment=\"never closed " ED25519 "\n", false},
	{"no-pty\n" ED25519_BLOB "\n", false},
	{"-----BEGIN OPENSSH PRIVATE KEY-----\n", false},
};

START_TEST(a_login_needs_a_key_that_leads_to_a_shell)
{
	ck_assert_msg(authorized_keys_has_login(rows[_i].text) == rows[_i].login, "%s",
		      rows[_i].text);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("authorized_keys");

	unit_add_table(tcase, a_login_needs_a_key_that_leads_to_a_shell, rows);
	return unit_finish();
}
