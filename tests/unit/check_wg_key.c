/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/wg_key.h"

static struct wg_key key_of(const char *hex)
{
	struct wg_key key;

	for (size_t i = 0; i < sizeof(key.bytes); i++) {
		unsigned byte;

		ck_assert_int_eq(sscanf(hex + 2 * i, "%2x", &byte), 1);
		key.bytes[i] = (uint8_t)byte;
	}
	return key;
}

/* RFC 7748 section 6.1, Alice and Bob. */
static const struct {
	const char *private_key, *public_key;
} pairs[] = {
	{"77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
	 "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"},
	{"5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
	 "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"},
};

START_TEST(public_keys_are_those_of_the_rfc)
{
	struct wg_key private_key = key_of(pairs[_i].private_key);
	struct wg_key expected = key_of(pairs[_i].public_key);
	struct wg_key got = wg_key_public(&private_key);

	ck_assert_mem_eq(got.bytes, expected.bytes, sizeof(got.bytes));
	ck_assert(wg_key_equal(&got, &expected));
	ck_assert(!wg_key_equal(&got, &private_key));
}
END_TEST

/* What `wg genkey` and `wg pubkey` gave. */
static const struct {
	const char *private_key, *public_key;
} texts[] = {
	{"YLghBJzgM2mj/hDd2Petrr02Hr4ElEBcTFOrxapQ03w=",
	 "Ggt8lyGvmQqlFnh+bWkA6plBtFmCoKJ1mRpzbqUxJXA="},
	{"MKVXKebsai21CRam4ulLREsp7otL9E3AStNKYT0rJXM=",
	 "tpg5eqa59WSG739KXazFcB1tPHeBKCPNYPAveaXBtko="},
	{"WHnb4OhNvZlmlLCF9r5Ka2J2QtILvlC6qfKdHApn5VM=",
	 "a/gsD1p/iNDHSIk0YUIKhMjZreQKbJpVVNDbQs8wnEQ="},
};

START_TEST(public_keys_are_those_of_wg)
{
	struct wg_key private_key, public_key;

	ck_assert(wg_key_parse(&private_key, texts[_i].private_key, 44));
	public_key = wg_key_public(&private_key);
	ck_assert_str_eq(wg_key_text(&public_key).s, texts[_i].public_key);
	ck_assert_str_eq(wg_key_text(&private_key).s, texts[_i].private_key);
}
END_TEST

START_TEST(new_keys_are_clamped_and_never_the_same)
{
	struct wg_key before = {0};

	for (int i = 0; i < 200; i++) {
		struct wg_key key = wg_key_generate(), back;
		struct wg_key_text text = wg_key_text(&key);

		ck_assert_uint_eq(key.bytes[0] & 7, 0);
		ck_assert_uint_eq(key.bytes[31] & 0xc0, 0x40);
		ck_assert(!wg_key_equal(&key, &before));
		ck_assert(wg_key_parse(&back, text.s, strlen(text.s)));
		ck_assert(wg_key_equal(&key, &back));
		before = key;
	}
}
END_TEST

#define KEY "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg"

static const char *const bad[] = {
	"",
	"x",
	KEY,	  /* no padding */
	KEY "==", /* too much of it */
	KEY "= ",
	" " KEY "=",
	KEY "=\n",
	KEY "A", /* 33 bytes */
	KEY "A===",
	"xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dh=", /* bits after the 32nd byte */
	"xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8D-=",
	"xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8D_=", /* the other alphabet */
	"xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8D==",
	"xTIBA5rboUvnH4htod=b6e697QjLERt1NAB4mZqp8Dg=",
	"xTIBA5rboUvnH4htod\nb6e697QjLERt1NAB4mZqp8Dg=",
	"============================================",
	/* which libsodium takes */
	("xTIBA5rboUvnH4htod\xfb\xff"
	 "6e697QjLERt1NAB4mZqp8Dg="),
};

START_TEST(only_44_characters_of_base64_are_a_key)
{
	struct wg_key key;

	memset(&key, 0x55, sizeof(key));
	ck_assert_msg(!wg_key_parse(&key, bad[_i], strlen(bad[_i])), "%s", bad[_i]);
	for (size_t i = 0; i < sizeof(key); i++)
		ck_assert_uint_eq(key.bytes[i], 0x55);
}
END_TEST

/* The text need not end where the key does. */
START_TEST(no_more_than_the_length_is_read)
{
	struct wg_key key;

	ck_assert(wg_key_parse(&key, KEY "=\n", 44));
	ck_assert(wg_key_parse(&key, KEY "=garbage", 44));
	ck_assert(!wg_key_parse(&key, KEY "=", 43));
}
END_TEST

START_TEST(keys_are_wiped)
{
	struct wg_key key = wg_key_generate();
	struct wg_key_text text = wg_key_text(&key);

	wg_key_wipe(&key);
	wg_key_text_wipe(&text);
	for (size_t i = 0; i < sizeof(key.bytes); i++)
		ck_assert_uint_eq(key.bytes[i], 0);
	for (size_t i = 0; i < sizeof(text.s); i++)
		ck_assert_int_eq(text.s[i], 0);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("wg_key");

	unit_add_table(tcase, public_keys_are_those_of_the_rfc, pairs);
	unit_add_table(tcase, public_keys_are_those_of_wg, texts);
	unit_add_table(tcase, only_44_characters_of_base64_are_a_key, bad);
	tcase_add_test(tcase, new_keys_are_clamped_and_never_the_same);
	tcase_add_test(tcase, no_more_than_the_length_is_read);
	tcase_add_test(tcase, keys_are_wiped);
	return unit_finish();
}
