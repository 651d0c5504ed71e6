/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/wrap.h"
#include "golden.h"
#include "status/picture.h"

#define LONG "abcdefghijklmno"
#define SITES_MAX 64

static const struct style utf8 = {.utf8 = true}, ascii = {0};

static const struct {
	const char *nic, *tunnel, *site;
	size_t sites;
	const char *golden; /* NULL: only measured */
} rows[] = {
	{"enp1s0", "wg0", "router", 0, "picture-no-site"},
	{"enp1s0", "wg0", "router", 1, "picture"},
	{"enp1s0", "wg0", "site-", 3, "picture-three-sites"},
	{"enp1s0", "wg0", "site-", 6, "picture-six-sites"},
	{LONG, LONG, LONG, 1, "picture-long"},
	{LONG, LONG, LONG, 3, NULL},
	{LONG, LONG, LONG, SITES_MAX, NULL},
	{"e", "w", "s", 2, NULL},
	{"e", "w", "s", SITES_MAX, NULL},
	{"eth0", LONG, "r", 1, NULL},
	{LONG, "wg0", LONG, 5, NULL},
};

/* The words of the boxes; those of a language that is longer, and not ASCII. */
static const struct words {
	const char *internet, *gateway, *lan;
} words[] = {
	{"Internet", "gateway", "LAN"},
	{"Netz der Netze in aller Welt",
	 "\xc3\x9c"
	 "bergang zum Netz der Netze",
	 "H\xc3\xa4user und G\xc3\xa4rten"},
};

static void draw(size_t i, struct style style, const struct words *w, struct buf *out)
{
	static char names[SITES_MAX][32];
	struct picture_site sites[SITES_MAX];
	struct picture picture = {
		.style = style,
		.names = {w->internet, w->gateway, rows[i].nic, rows[i].tunnel},
		.marks = {MARK_UNKNOWN, MARK_GOOD, MARK_BAD},
		.lan = w->lan,
		.site_count = rows[i].sites,
		.sites = sites,
	};

	for (size_t n = 0; n < rows[i].sites; n++) {
		snprintf(names[n], sizeof(names[n]), rows[i].sites > 1 ? "%s%zu" : "%s",
			 rows[i].site, n + 1);
		sites[n] = (struct picture_site){names[n], (enum mark)(n % 3),
						 (enum mark)((n + 1) % 3)};
	}
	picture_draw(&picture, out);
}

START_TEST(pictures_are_as_they_were_reviewed)
{
	static const struct style styles[] = {{.utf8 = true}, {0}};

	for (size_t i = 0; i < ARRAY_SIZE(styles) && rows[_i].golden; i++) {
		CLEANUP(buf_clear) struct buf name = BUF_INIT, out = BUF_INIT;

		buf_addf(&name, "%s%s", rows[_i].golden, styles[i].utf8 ? "" : "-ascii");
		draw((size_t)_i, styles[i], &words[0], &out);
		golden_check(buf_str(&name), &out);
	}
}
END_TEST

START_TEST(no_line_is_wider_than_eighty_columns)
{
	for (size_t w = 0; w < ARRAY_SIZE(words); w++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT;

		draw((size_t)_i, utf8, &words[w], &out);
		draw((size_t)_i, ascii, &words[w], &out);
		for (const char *line = buf_str(&out); *line; line += strcspn(line, "\n") + 1)
			ck_assert_msg(wrap_width(line, strcspn(line, "\n")) <= 80, "%s",
				      buf_str(&out));
	}
}
END_TEST

/* The picture as a grid of characters, for what is beside, above and below of each. */
#define GRID_COLUMNS 82
#define GRID_LINES (4 * SITES_MAX)

struct grid {
	char cell[GRID_LINES][GRID_COLUMNS][5];
};

static void make_grid(struct grid *grid, const char *text)
{
	size_t line = 1, column = 1;

	memset(grid, 0, sizeof(*grid));
	while (*text) {
		size_t len = 1;

		while ((text[len] & 0xc0) == 0x80)
			len++;
		if (*text == '\n') {
			line++;
			column = 1;
		} else {
			ck_assert_uint_lt(line, GRID_LINES - 1);
			ck_assert_uint_lt(column, GRID_COLUMNS - 1);
			memcpy(grid->cell[line][column++], text, len);
		}
		text += len;
	}
}

/* Where the lines of a character lead; those of the marks and names lead nowhere. */
static const struct piece {
	const char *s;
	bool up, down, left, right;
} pieces[] = {
	{"─", 0, 0, 1, 1}, {"│", 1, 1, 0, 0}, {"┌", 0, 1, 0, 1}, {"┐", 0, 1, 1, 0},
	{"└", 1, 0, 0, 1}, {"┘", 1, 0, 1, 0}, {"├", 1, 1, 0, 1}, {"┤", 1, 1, 1, 0},
	{"═", 0, 0, 1, 1}, {"╞", 1, 1, 0, 1}, {"╡", 1, 1, 1, 0}, {"╥", 0, 1, 1, 1},
	{"║", 1, 1, 0, 0}, {"╠", 1, 1, 0, 1}, {"╚", 1, 0, 0, 1},
};

static struct piece piece_at(const struct grid *grid, size_t line, size_t column)
{
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
		if (!strcmp(grid->cell[line][column], pieces[i].s))
			return pieces[i];
	return (struct piece){.s = grid->cell[line][column]};
}

static bool is_mark(const struct piece *piece)
{
	return !strcmp(piece->s, "?") || !strcmp(piece->s, "✓") || !strcmp(piece->s, "✗");
}

/* Each line that leads on from a character is taken up by the next one: so every corner is where
 * it belongs, whatever the names. */
START_TEST(lines_meet)
{
	static struct grid grid;
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	size_t met = 0;

	draw((size_t)_i, utf8, &words[0], &out);
	make_grid(&grid, buf_str(&out));
	for (size_t line = 1; line < GRID_LINES - 1; line++)
		for (size_t column = 1; column < GRID_COLUMNS - 1; column++) {
			struct piece is = piece_at(&grid, line, column);
			struct piece right = piece_at(&grid, line, column + 1);
			struct piece below = piece_at(&grid, line + 1, column);

			if (!is_mark(&is) && !is_mark(&right))
				ck_assert_msg(is.right == right.left, "%zu:%zu\n%s", line, column,
					      buf_str(&out));
			ck_assert_msg(is.down == below.up, "%zu:%zu\n%s", line, column,
				      buf_str(&out));
			met += is.right || is.down;
		}
	ck_assert_uint_gt(met, 40);
}
END_TEST

START_TEST(every_site_is_drawn)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	size_t found = 0;

	draw((size_t)_i, utf8, &words[0], &out);
	for (const char *at = buf_str(&out); (at = strstr(at, "┤ LAN │")); at++)
		found++;
	ck_assert_uint_eq(found, rows[_i].sites);
}
END_TEST

/* What tells two interfaces apart may be their beginnings or their ends. */
START_TEST(both_ends_of_a_long_name_are_left)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	const struct picture_site site = {"router", MARK_GOOD, MARK_UNKNOWN};
	struct picture picture = {
		.style = utf8,
		.names = {"Internet", "gateway", "enp193s0f0np0v7", "wg-of-the-house"},
		.lan = "LAN",
		.site_count = 1,
		.sites = &site,
	};

	picture_draw(&picture, &out);
	ck_assert_msg(strstr(buf_str(&out), " enp1…0v7 "), "%s", buf_str(&out));
	ck_assert_msg(strstr(buf_str(&out), " Internet "), "%s", buf_str(&out));
	ck_assert_msg(strstr(buf_str(&out), " router "), "%s", buf_str(&out));
}
END_TEST

/* Removes what a terminal doesn't show. */
static void without_colour(const char *text, struct buf *out)
{
	while (*text) {
		size_t len = strcspn(text, "\x1b");

		buf_add(out, text, len);
		text += len;
		if (*text)
			text += strcspn(text, "m") + 1;
	}
}

START_TEST(colour_takes_no_room)
{
	CLEANUP(buf_clear) struct buf plain = BUF_INIT, coloured = BUF_INIT, shown = BUF_INIT;

	draw((size_t)_i, utf8, &words[0], &plain);
	draw((size_t)_i, (struct style){.utf8 = true, .colour = true}, &words[0], &coloured);
	without_colour(buf_str(&coloured), &shown);
	ck_assert_str_eq(buf_str(&shown), buf_str(&plain));
	ck_assert_ptr_nonnull(strstr(buf_str(&coloured), "\x1b[32m✓\x1b[0m"));
	ck_assert_ptr_null(strchr(buf_str(&plain), '\x1b'));
}
END_TEST

START_TEST(ascii_is_ascii)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;

	draw((size_t)_i, ascii, &words[0], &out);
	for (const char *c = buf_str(&out); *c; c++)
		ck_assert_msg(*c == '\n' || (*c >= ' ' && *c <= '~'), "%s", buf_str(&out));
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("picture");

	unit_add_table(tcase, pictures_are_as_they_were_reviewed, rows);
	unit_add_table(tcase, no_line_is_wider_than_eighty_columns, rows);
	unit_add_table(tcase, lines_meet, rows);
	unit_add_table(tcase, every_site_is_drawn, rows);
	unit_add_table(tcase, colour_takes_no_room, rows);
	unit_add_table(tcase, ascii_is_ascii, rows);
	tcase_add_test(tcase, both_ends_of_a_long_name_are_left);
	return unit_finish();
}
