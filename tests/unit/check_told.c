/* SPDX-License-Identifier: MIT */
#include "state_case.h"

#include <string.h>

#include "apply/plan.h"
#include "apply/told.h"
#include "base/boot.h"
#include "base/buf.h"
#include "base/cleanup.h"

static const struct boot_id first = {"4a5d"}, second = {"77f0"};

/* What a run does with notes; tells which of them are news, a letter each. */
static const char *news(const char *texts, enum note_kind kind, const struct boot_id *boot)
{
	static char out[32];
	struct note notes[sizeof(out)] = {0};
	char names[sizeof(out)][2];
	struct plan plan = {.note_count = strlen(texts), .notes = notes};
	size_t len = 0;

	for (size_t i = 0; i < plan.note_count; i++) {
		names[i][0] = texts[i];
		names[i][1] = '\0';
		notes[i] = (struct note){.kind = kind, .text = names[i]};
	}
	told_mark(&plan, &state, boot);
	for (size_t i = 0; i < plan.note_count; i++)
		if (!notes[i].told)
			out[len++] = texts[i];
	out[len] = '\0';
	told_remember(&state, &plan, boot);
	save_and_load();
	return out;
}

START_TEST(a_note_is_news_once_in_a_boot)
{
	ck_assert_str_eq(news("ab", NOTE_WAITING, &first), "ab");
	ck_assert_str_eq(news("ab", NOTE_WAITING, &first), "");
	ck_assert_str_eq(news("ba", NOTE_WAITING, &first), "");
	ck_assert_str_eq(news("abc", NOTE_WAITING, &first), "c");
	ck_assert_str_eq(news("ac", NOTE_WAITING, &second), "ac");
	ck_assert_str_eq(news("ac", NOTE_WAITING, &second), "");
}
END_TEST

START_TEST(a_note_that_was_gone_is_news)
{
	news("ab", NOTE_WARNING, &first);
	ck_assert_str_eq(news("b", NOTE_WARNING, &first), "");
	ck_assert_str_eq(news("ab", NOTE_WARNING, &first), "a");
	news("", NOTE_WARNING, &first);
	ck_assert_str_eq(news("ab", NOTE_WARNING, &first), "ab");
}
END_TEST

START_TEST(a_copy_that_was_kept_is_always_news)
{
	news("a", NOTE_KEPT, &first);
	ck_assert_str_eq(news("a", NOTE_KEPT, &first), "a");
}
END_TEST

/* A run with nothing new to say leaves the file as it is. */
START_TEST(the_same_notes_are_the_same_state)
{
	CLEANUP(buf_clear) struct buf before = BUF_INIT;

	news("ab", NOTE_WAITING, &first);
	state_set_text(&state, "proved", "4a5d");
	save_and_load();
	buf_add(&before, state.on_disk.data, state.on_disk.len);
	news("ab", NOTE_WAITING, &first);
	ck_assert(buf_equal(&before, &state.on_disk));
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("told");

	tcase_add_checked_fixture(tcase, state_setup, state_teardown);
	tcase_add_test(tcase, a_note_is_news_once_in_a_boot);
	tcase_add_test(tcase, a_note_that_was_gone_is_news);
	tcase_add_test(tcase, a_copy_that_was_kept_is_always_news);
	tcase_add_test(tcase, the_same_notes_are_the_same_state);
	return unit_finish();
}
