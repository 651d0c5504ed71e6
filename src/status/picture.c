/* SPDX-License-Identifier: MIT */
#include "status/picture.h"

#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/wrap.h"

#define COLUMNS 80
/* With more sites than this, no line between one and the next. */
#define SPACED_SITES 4
/* What is left of a name before the words of the other boxes give way, too. */
#define NAME_MIN 6

/* The columns of boxes: the shared ones, the routers, the LANs. */
enum {
	ROUTERS = PICTURE_SHARED,
	LANS,
	BOXES,
};

struct glyphs {
	const char *flat, *upright;
	const char *top_left, *top_right, *bottom_left, *bottom_right;
	const char *right_tee, *left_tee; /* where a hop leaves and enters a box */
	const char *tunnel, *tunnel_out, *tunnel_in;
	const char *stem, *trunk, *branch, *last_branch; /* below the tunnel's box */
	const char *cut;
};

static const struct glyphs utf8 = {
	.flat = "─",
	.upright = "│",
	.top_left = "┌",
	.top_right = "┐",
	.bottom_left = "└",
	.bottom_right = "┘",
	.right_tee = "├",
	.left_tee = "┤",
	.tunnel = "═",
	.tunnel_out = "╞",
	.tunnel_in = "╡",
	.stem = "╥",
	.trunk = "║",
	.branch = "╠",
	.last_branch = "╚",
	.cut = "…",
};

static const struct glyphs ascii = {
	.flat = "-",
	.upright = "|",
	.top_left = "+",
	.top_right = "+",
	.bottom_left = "+",
	.bottom_right = "+",
	.right_tee = "+",
	.left_tee = "+",
	.tunnel = "=",
	.tunnel_out = "+",
	.tunnel_in = "+",
	.stem = "+",
	.trunk = "|",
	.branch = "+",
	.last_branch = "+",
	.cut = "~",
};

struct layout {
	const struct picture *picture;
	const struct glyphs *g;
	size_t boxes;	     /* PICTURE_SHARED without a site, else BOXES */
	size_t width[BOXES]; /* of the text */
	size_t link;	     /* width of a hop between two boxes */
	size_t stem;	     /* column of the line that goes down from the tunnel's box */
	struct buf *out;
};

static size_t width_of(const char *text)
{
	return wrap_width(text, strlen(text));
}

/* Columns that a box has beside its text. */
#define FRAME 4

static size_t box_column(const struct layout *l, size_t box)
{
	size_t column = 0;

	for (size_t i = 0; i < box; i++)
		column += l->width[i] + FRAME + l->link;
	return column;
}

static size_t longest(const struct layout *l, const size_t *boxes, size_t count)
{
	size_t found = boxes[0];

	for (size_t i = 1; i < count; i++)
		if (l->width[boxes[i]] > l->width[found])
			found = boxes[i];
	return found;
}

/* The longest text gives way, again and again. First those that are names: they are in the rows
 * below in full. */
static void make_fit(struct layout *l)
{
	static const size_t boxes[] = {PICTURE_NIC,	 PICTURE_TUNNEL,  ROUTERS,
				       PICTURE_INTERNET, PICTURE_GATEWAY, LANS};

	while (box_column(l, l->boxes) - l->link > COLUMNS) {
		size_t box = longest(l, boxes, 3);

		if (l->width[box] <= NAME_MIN)
			box = longest(l, boxes, ARRAY_SIZE(boxes));
		l->width[box]--;
	}
}

static void lay_out(struct layout *l)
{
	const struct picture *p = l->picture;

	l->boxes = p->site_count ? BOXES : PICTURE_SHARED;
	l->link = (size_t)mark_width(p->style) + 2;
	for (size_t i = 0; i < PICTURE_SHARED; i++)
		l->width[i] = width_of(p->names[i]);
	for (size_t i = 0; i < p->site_count; i++)
		if (width_of(p->sites[i].router) > l->width[ROUTERS])
			l->width[ROUTERS] = width_of(p->sites[i].router);
	l->width[LANS] = width_of(p->lan);
	make_fit(l);
	l->stem = box_column(l, PICTURE_TUNNEL) + (l->width[PICTURE_TUNNEL] + FRAME) / 2;
}

static void repeat(const struct layout *l, const char *glyph, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_adds(l->out, glyph);
}

/* The bytes of the text's first `count` characters. */
static size_t bytes_of(const char *text, size_t count)
{
	size_t len = 0;

	while (text[len] && wrap_width(text, len + 1) <= count)
		len++;
	return len;
}

/* The beginning and the end of what is too long: of interfaces' names, and of sites', either may
 * be what tells them apart. */
static void add_name(const struct layout *l, const char *name, size_t width)
{
	size_t have = width_of(name), head = width / 2;

	if (have <= width) {
		buf_adds(l->out, name);
		repeat(l, " ", width - have);
		return;
	}
	buf_add(l->out, name, bytes_of(name, head));
	buf_adds(l->out, l->g->cut);
	buf_adds(l->out, name + bytes_of(name, have - (width - head - 1)));
}

/* A box's upper or lower edge; with a stem, if that is not NULL, below the tunnel's box. */
static void add_edge(const struct layout *l, size_t box, const char *left, const char *right,
		     const char *stem)
{
	size_t inside = l->width[box] + FRAME - 2;
	size_t before = stem ? l->stem - box_column(l, box) - 1 : inside;

	buf_adds(l->out, left);
	repeat(l, l->g->flat, before);
	if (stem) {
		buf_adds(l->out, stem);
		repeat(l, l->g->flat, inside - before - 1);
	}
	buf_adds(l->out, right);
}

static void add_box(const struct layout *l, size_t box, const char *left, const char *name,
		    const char *right)
{
	buf_addf(l->out, "%s ", left);
	add_name(l, name, l->width[box]);
	buf_addf(l->out, " %s", right);
}

/* A hop's line with its mark, `length` columns of it before the mark. */
static void add_hop(const struct layout *l, const char *line, size_t length, enum mark mark)
{
	repeat(l, line, length);
	mark_add(mark, l->picture->style, l->out);
	buf_adds(l->out, line);
}

/* The router's box and the LAN's, without what leads to them. */
static void add_site(const struct layout *l, const struct picture_site *site)
{
	add_box(l, ROUTERS, l->g->tunnel_in, site->router, l->g->right_tee);
	add_hop(l, l->g->flat, 1, site->lan);
	add_box(l, LANS, l->g->left_tee, l->picture->lan, l->g->upright);
	buf_adds(l->out, "\n");
}

static void draw_top(const struct layout *l)
{
	for (size_t i = 0; i < l->boxes; i++) {
		repeat(l, " ", i ? l->link : 0);
		add_edge(l, i, l->g->top_left, l->g->top_right, NULL);
	}
	buf_adds(l->out, "\n");
}

static void draw_line(const struct layout *l)
{
	const struct picture *p = l->picture;

	for (size_t i = 0; i < PICTURE_SHARED; i++) {
		bool last = i == PICTURE_SHARED - 1;
		const char *out = !last		  ? l->g->right_tee
				  : p->site_count ? l->g->tunnel_out
						  : l->g->upright;

		add_box(l, i, i ? l->g->left_tee : l->g->upright, p->names[i], out);
		if (!last)
			add_hop(l, l->g->flat, 1, p->marks[i]);
	}
	if (!p->site_count) {
		buf_adds(l->out, "\n");
		return;
	}
	add_hop(l, l->g->tunnel, 1, p->sites[0].tunnel);
	add_site(l, &p->sites[0]);
}

/* A hop's number, below its mark; 0 for none. */
static void add_number(const struct layout *l, size_t number)
{
	if (number)
		buf_addf(l->out, " %zu", number);
	repeat(l, " ", number ? l->link - 2 : l->link);
}

/* Below a site's boxes: their lower edges, or what parts them from the next ones. */
static void draw_site_end(const struct layout *l, bool last, size_t number)
{
	bool spaced = l->picture->site_count <= SPACED_SITES;

	for (size_t i = ROUTERS; i < BOXES; i++) {
		if (i > ROUTERS)
			add_number(l, number);
		if (last)
			add_edge(l, i, l->g->bottom_left, l->g->bottom_right, NULL);
		else if (spaced)
			add_edge(l, i, l->g->right_tee, l->g->left_tee, NULL);
		else
			add_box(l, i, l->g->upright, "", l->g->upright);
	}
	buf_adds(l->out, "\n");
}

static void draw_bottom(const struct layout *l)
{
	size_t count = l->picture->site_count;

	for (size_t i = 0; i < PICTURE_SHARED; i++) {
		if (i)
			add_number(l, i);
		add_edge(l, i, l->g->bottom_left, l->g->bottom_right,
			 i == PICTURE_TUNNEL && count > 1 ? l->g->stem : NULL);
	}
	if (!count) {
		buf_adds(l->out, "\n");
		return;
	}
	add_number(l, count == 1 ? PICTURE_SHARED : 0);
	draw_site_end(l, count == 1, count == 1 ? PICTURE_SHARED + 1 : 0);
}

/* A further site: from the stem to its boxes. */
static void draw_branch(const struct layout *l, size_t i)
{
	const struct picture *p = l->picture;
	size_t routers = box_column(l, ROUTERS);
	bool last = i + 1 == p->site_count;

	repeat(l, " ", l->stem);
	buf_adds(l->out, last ? l->g->last_branch : l->g->branch);
	add_hop(l, l->g->tunnel, routers - l->stem - l->link, p->sites[i].tunnel);
	add_site(l, &p->sites[i]);
	if (!last && p->site_count > SPACED_SITES)
		return;
	repeat(l, " ", last ? routers : l->stem);
	if (!last) {
		buf_adds(l->out, l->g->trunk);
		repeat(l, " ", routers - l->stem - 1);
	}
	draw_site_end(l, last, 0);
}

void picture_draw(const struct picture *picture, struct buf *out)
{
	struct layout l = {
		.picture = picture, .g = picture->style.utf8 ? &utf8 : &ascii, .out = out};

	lay_out(&l);
	draw_top(&l);
	draw_line(&l);
	draw_bottom(&l);
	for (size_t i = 1; i < picture->site_count; i++)
		draw_branch(&l, i);
}
